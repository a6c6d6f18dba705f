/** A home router that maps ports when its hosts ask for it: miniupnpd on the router of a campus. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lan } from './lan.js';
import { run, writeRules } from './lan-commands.js';

const STOP_LIMIT_MS = 5_000;

/** Why there can be no such router here, or undefined if there can. */
export function mappingImpossible(): string | undefined {
  try {
    run('miniupnpd', '--version');
    return undefined;
  } catch {
    return 'the program miniupnpd is missing (Debian package miniupnpd)';
  }
}

/** The router's outer address: the program maps nothing at a private one. */
export const OUTSIDE = '11.77.0.254';

/** The chains that the program writes its rules into. */
const CHAINS = [
  'table inet filter {',
  'chain miniupnpd { }',
  'chain prerouting_miniupnpd { }',
  'chain postrouting_miniupnpd { }',
  'chain forward { type filter hook forward priority 0; jump miniupnpd; }',
  'chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }',
  'chain postrouting { type nat hook postrouting priority 90; jump postrouting_miniupnpd; }',
  '}',
];

export class MappingRouter {
  #program: ChildProcess | undefined;

  /** Hosts of the first subnet are outside, those of the second behind it. */
  constructor(
    private readonly lan: Lan,
    private readonly folder: string,
  ) {
    lan.translate(1);
    run('ip', '-n', lan.router, 'addr', 'add', `${OUTSIDE}/24`, 'dev', 'br0');
    const [outer] = lan.hosts;
    outer?.ip('addr', 'add', '11.77.0.1/24', 'dev', 'eth0');
    writeRules(lan.router, CHAINS);
  }

  /** Resolves when it listens; `by` is the protocol it supports. */
  async start(by: 'PCP and NAT-PMP' | 'UPnP'): Promise<void> {
    const file = join(this.folder, 'miniupnpd.conf');
    const yesOrNo = (is: boolean) => (is ? 'yes' : 'no');
    const lines = [
      ...['ext_ifname=br0', 'listening_ip=br1', `ext_ip=${OUTSIDE}`],
      `enable_natpmp=${yesOrNo(by !== 'UPnP')}`,
      `enable_upnp=${yesOrNo(by === 'UPnP')}`,
      ...['secure_mode=yes', 'uuid=5d4e7572-6698-48fa-98cf-251d21fbe3cd'],
      ...['allow 1024-65535 10.77.1.0/24 1024-65535', 'deny 0-65535 0.0.0.0/0 0-65535', ''],
    ];
    writeFileSync(file, lines.join('\n'));
    const words = ['-d', '-f', file, '-P', join(this.folder, 'miniupnpd.pid')];
    const program = spawn('ip', ['netns', 'exec', this.lan.router, 'miniupnpd', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#program = program;
    const heard = new Promise<void>((done, failed) => {
      let said = '';
      const listen = (text: Buffer) => {
        said += text.toString();
        if (/Listening for NAT-PMP\/PCP|HTTP listening on port/.test(said)) done();
      };
      for (const stream of [program.stdout, program.stderr]) stream.on('data', listen);
      program.once('exit', (code) => failed(new Error(`miniupnpd ended with ${code}: ${said}`)));
    });
    await heard;
  }

  /** From now on it hears no PCP, whose datagrams begin with its version: NAT-PMP has another one. */
  ignorePcp(): void {
    writeRules(this.lan.router, [
      'table inet old {',
      'chain input { type filter hook input priority 0; udp dport 5351 @th,64,8 2 drop; }',
      '}',
    ]);
  }

  /** Stops it in order, so that it forgets what it mapped. */
  async stop(): Promise<void> {
    const program = this.#program;
    this.#program = undefined;
    if (!program || program.exitCode !== null || program.signalCode !== null) return;
    const limit = setTimeout(() => program.kill('SIGKILL'), STOP_LIMIT_MS);
    program.kill('SIGTERM');
    await once(program, 'exit');
    clearTimeout(limit);
  }

  /** Ports of this router that lead to a host behind it. */
  mapped(): number[] {
    const words = ['netns', 'exec', this.lan.router, 'nft', 'list', 'chain', 'inet', 'filter'];
    const rules = run('ip', ...words, 'prerouting_miniupnpd');
    return [...rules.matchAll(/th dport (\d+) .*dnat|dport (\d+) dnat/g)].map(([, a, b]) =>
      Number(a ?? b),
    );
  }
}
