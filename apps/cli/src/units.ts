/** The unit files for systemd: one service each, and a target that stands for all of them. */
import { SERVICES, type ServiceName } from '@iwanto/bus';
import { nodeEnvironment, nodeFlags } from '@iwanto/service';

export type Scope = 'system' | 'user';

/** What to run; both paths are absolute, because a service manager knows nothing of a shell's PATH. */
export interface Program {
  readonly node: string;
  readonly script: string;
  /** A home of its own for a user's services; the usual directories without. */
  readonly home?: string;
}

/** The account that system services run as. */
export const ACCOUNT = 'iwanto';
export const SYSTEM_HOME = '/var/lib/iwanto';

const ABOUT: Record<ServiceName, string> = {
  election: 'who is on the LAN and who leads',
  indexer: 'what is shared and what can be found',
  transfer: 'fetching and sending files',
};

/** File names and texts of all units of one scope. */
export function unitFiles(scope: Scope, program: Program): Map<string, string> {
  return new Map([
    ['iwanto.target', targetText(scope)],
    ...SERVICES.map((service): [string, string] => [
      `iwanto-${service}.service`,
      serviceText(scope, service, program),
    ]),
  ]);
}

/** What systemd-sysusers reads to make the account. */
export const sysusersText = (): string => `u ${ACCOUNT} - "iwanto file sharing" ${SYSTEM_HOME}\n`;

const wantedBy = (scope: Scope): string =>
  scope === 'system' ? 'multi-user.target' : 'default.target';

const targetText = (scope: Scope): string => `[Unit]
Description=iwanto: find files on the LAN by name and fetch them
${SERVICES.map((service) => `Wants=iwanto-${service}.service`).join('\n')}

[Install]
WantedBy=${wantedBy(scope)}
`;

/** One argument of ExecStart, or one value of Environment: quoted, with nothing for systemd to expand. */
const quoted = (text: string): string =>
  `"${text.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;

function serviceText(scope: Scope, service: ServiceName, program: Program): string {
  const words = [program.node, ...nodeFlags(service), program.script].map((word) =>
    /^[\w./=-]+$/.test(word) ? word : quoted(word),
  );
  return `[Unit]
Description=iwanto ${service}: ${ABOUT[service]}
Documentation=man:iwanto(1)
PartOf=iwanto.target
${scope === 'system' ? 'Wants=network-online.target\nAfter=network-online.target\n' : ''}StartLimitIntervalSec=0

[Service]
Type=notify
# READY=1 comes from systemd-notify, a child.
NotifyAccess=all
ExecStart=${words.join(' ')} ${service}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
# 2: the configuration cannot work, and starting again would not help.
RestartPreventExitStatus=2
RestartSec=1
TimeoutStartSec=60
TimeoutStopSec=5
KillMode=mixed
LimitNOFILE=65536
# Downloads get the modes that files of this user usually have.
UMask=0022
${Object.entries(nodeEnvironment(service))
  .map(([name, value]) => `Environment=${name}=${value}`)
  .join('\n')}
${scope === 'system' ? SYSTEM_PLACE : userPlace(program.home)}
${SANDBOX}
${scope === 'system' ? SYSTEM_SANDBOX : USER_SANDBOX}
[Install]
WantedBy=iwanto.target
`;
}

const SYSTEM_PLACE = `User=${ACCOUNT}
Group=${ACCOUNT}
Environment=IWANT_HOME=${SYSTEM_HOME}
StateDirectory=iwanto
StateDirectoryMode=0755
RuntimeDirectory=iwanto
RuntimeDirectoryMode=0700
# All three keep their sockets in it: it must outlive each of them.
RuntimeDirectoryPreserve=yes`;

const userPlace = (home: string | undefined): string =>
  home === undefined ? '' : `Environment=${quoted(`IWANT_HOME=${home}`)}`;

/** Not MemoryDenyWriteExecute, which V8 does not survive; AF_NETLINK is how Node lists the interfaces. */
const SANDBOX = `NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM`;

/** Folders elsewhere that downloads go to need ReadWritePaths= in a drop-in. */
const SYSTEM_SANDBOX = `CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RemoveIPC=yes
`;

/** A user's manager needs a user namespace for the rest; the user's own folders and /tmp stay as they are. */
const USER_SANDBOX = `PrivateUsers=yes
CapabilityBoundingSet=
ProtectSystem=full
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
`;
