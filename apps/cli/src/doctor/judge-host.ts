/** What is wrong on this host alone: configuration, folders, disks, watching, clock, network devices, ports. */
import { sizeText } from '@iwanto/wire';
import { timeText } from '../print.js';
import { type Finding, broken, ok, warning } from './finding.js';
import type { FolderFacts, HostFacts } from './host-facts.js';

const MIB = 1_048_576;
/** Below this a disk is full for a program that writes databases and downloads. */
const FREE_BYTES_MIN = 16 * MIB;
const FREE_BYTES_FEW = 64 * MIB;
const FREE_SHARE_FEW = 0.01;
const FREE_INODES_MIN = 64;
/** Fewer watches than this do not last for a usual music collection. */
const WATCHES_FEW = 8_192;
const INSTANCES_FEW = 16;
/** Files may be a moment newer than the clock if a disk of another host holds them. */
const FUTURE_MS_MAX = 3_600_000;
/** Every Ethernet and every wireless network carries this much in one packet. */
const MTU_USUAL = 1_500;

export function judgeHost(facts: HostFacts): Finding[] {
  return [
    ...judgeConfig(facts),
    ...facts.folders.flatMap(judgeFolder),
    ...judgeDisks(facts.folders),
    judgeWatch(facts),
    judgeClock(facts),
    ...judgeDevices(facts),
  ];
}

function judgeConfig({ config, configFault, configWarnings }: HostFacts): Finding[] {
  if (configFault !== null) {
    return [broken('config', configFault, 'Correct the file, or delete it to start afresh.')];
  }
  if (config === null) {
    return [ok('config', 'there is no configuration yet; the first start creates it')];
  }
  if (configWarnings.length === 0) return [ok('config', 'the configuration is valid')];
  return configWarnings.map((text) => warning('config', text, 'Correct the configuration.'));
}

const USES = { share: 'shared folder', downloads: 'download folder', data: 'data folder' } as const;

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is not a folder',
  EACCES: 'may not be used by this user',
  EROFS: 'is on a disk that is mounted read-only',
  EIO: 'is on a disk that reports errors',
};

function judgeFolder({ path, use, fault, used }: FolderFacts): Finding[] {
  if (fault === null) return [ok('folders', `${USES[use]} ${path}`)];
  const isMissing = fault === 'ENOENT';
  // The first start creates the data folder.
  if (isMissing && use === 'data') return [];
  if (isMissing && use === 'downloads' && used !== true) return neverUsed(path, used);
  const text = `the ${USES[use]} ${path} ${FAULTS[fault] ?? `fails with ${fault}`}`;
  return [broken('folders', text, remedyOf(path, use, fault))];
}

/** Only the transfer service knows whether it was used; if that does not answer, that is what is wrong. */
const neverUsed = (path: string, used: boolean | undefined): Finding[] =>
  used === false
    ? [ok('folders', `download folder ${path}, which the first download creates`)]
    : [];

function remedyOf(path: string, use: FolderFacts['use'], fault: string): string {
  if (use === 'share') return `Make the folder available again, or run "iwanto unshare ${path}".`;
  const another = 'choose another with "iwanto download to FOLDER"';
  if (use === 'downloads' && fault === 'ENOENT')
    return `It was used before: make it available again, or ${another}.`;
  const permission = 'Give this user permission to read and write it';
  return use === 'downloads' ? `${permission}, or ${another}.` : `${permission}.`;
}

function judgeDisks(folders: readonly FolderFacts[]): Finding[] {
  const written = folders.filter(({ use, disk }) => use !== 'share' && disk !== null);
  const findings = written.flatMap(judgeDisk);
  return findings.length > 0 ? findings : [ok('disk', 'there is space for data and downloads')];
}

function judgeDisk({ path, use, disk }: FolderFacts): Finding[] {
  if (!disk) return [];
  const { freeBytes, totalBytes, freeInodes } = disk;
  const remedy = 'Free some space, or choose another download folder.';
  const where = `the disk of the ${USES[use]} ${path}`;
  if (freeBytes < FREE_BYTES_MIN) {
    return [broken('disk', `${where} is full: ${sizeText(freeBytes)} are free`, remedy)];
  }
  if (freeInodes < FREE_INODES_MIN) {
    return [
      broken('disk', `${where} has no inodes left for more files (${freeInodes} inodes)`, remedy),
    ];
  }
  if (freeBytes < FREE_BYTES_FEW || freeBytes < totalBytes * FREE_SHARE_FEW) {
    return [warning('disk', `${where} is almost full: ${sizeText(freeBytes)} are free`, remedy)];
  }
  return [];
}

const SYSCTL = { ENOSPC: 'fs.inotify.max_user_watches', EMFILE: 'fs.inotify.max_user_instances' };

function judgeWatch({ watch: { fault, watchesMax, instancesMax } }: HostFacts): Finding {
  if (fault === 'ENOSPC' || fault === 'EMFILE') {
    const what = fault === 'ENOSPC' ? 'watches' : 'instances';
    const most = fault === 'ENOSPC' ? watchesMax : instancesMax;
    return broken(
      'watching',
      `all inotify ${what} of this user are taken (limit ${most}): changes are found by polling`,
      `Raise the limit: "sysctl ${SYSCTL[fault]}=N", and in /etc/sysctl.d/ to keep it.`,
    );
  }
  if (fault !== null) {
    return warning(
      'watching',
      `folders cannot be watched (${fault}): changes are found by polling`,
      'Look at the log of the indexer.',
    );
  }
  if (watchesMax !== null && watchesMax < WATCHES_FEW) {
    return warning(
      'watching',
      `the inotify limit is low: ${watchesMax} watches for all programs of this user`,
      `Raise it: "sysctl ${SYSCTL.ENOSPC}=524288", and in /etc/sysctl.d/ to keep it.`,
    );
  }
  if (instancesMax !== null && instancesMax < INSTANCES_FEW) {
    return warning(
      'watching',
      `the inotify limit is low: ${instancesMax} instances for all programs of this user`,
      `Raise it: "sysctl ${SYSCTL.EMFILE}=128", and in /etc/sysctl.d/ to keep it.`,
    );
  }
  return ok('watching', 'folders can be watched');
}

function judgeClock({ filesFromTheFutureMs }: HostFacts): Finding {
  if (filesFromTheFutureMs <= FUTURE_MS_MAX)
    return ok('clock', 'no file of this program is dated in the future');
  const ahead = timeText(filesFromTheFutureMs / 1_000);
  return warning(
    'clock',
    `the clock of this host was set back: its own files were written ${ahead} in the future`,
    'Set the clock, and let NTP keep it ("timedatectl set-ntp true").',
  );
}

function judgeDevices({ devices, interfaces, config }: HostFacts): Finding[] {
  const addressed = devices.filter(({ name }) => (interfaces[name]?.length ?? 0) > 0);
  const inUse = (name: string) => !config?.interfaces.length || config.interfaces.includes(name);
  const tunnels = addressed.filter(({ isTunnel, hasDefaultRoute }) => isTunnel && hasDefaultRoute);
  const small = addressed.filter(
    ({ name, mtu, isTunnel, isLoopback }) =>
      inUse(name) && !isTunnel && !isLoopback && mtu > 0 && mtu < MTU_USUAL,
  );
  return [
    ...tunnels.map(({ name }) =>
      warning(
        'vpn',
        `the default route leads through ${name}, which looks like a VPN: many of them cut off the LAN`,
        'Allow access to the local network in the VPN program, or disconnect it.',
      ),
    ),
    ...small.map(({ name, mtu }) =>
      warning(
        'mtu',
        `${name} carries packets of only ${mtu} bytes; ${MTU_USUAL} are usual`,
        `Set it to that of the network: "ip link set ${name} mtu ${MTU_USUAL}".`,
      ),
    ),
  ];
}
