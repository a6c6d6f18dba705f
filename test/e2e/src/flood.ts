/** `npm run flood -- [--datagrams 1000000] [--per-second 20000]`: hostile datagrams at real election services on loopback; prints what they did to memory, leader and pace. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { type Socket, createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bus, type Leadership, openBus } from '@iwanto/bus';

const MAIN = fileURLToPath(new URL('../../../apps/election/dist/main.js', import.meta.url));
/** Separate sources on loopback, so that the per-source limits do not hide the rest. */
const SOURCES = 200;
const BURST = 500;
const READY_LIMIT_MS = 10_000;
/** The first heap growth is not a leak: it is measured after this many. */
const WARM_UP_DATAGRAMS = 50_000;
/** How often memory is sampled on the way. */
const PARTS = 10;
const DATAGRAM_BYTES_MAX = 1_300;

const { values } = parseArgs({
  options: {
    datagrams: { type: 'string', default: '1000000' },
    'per-second': { type: 'string', default: '20000' },
  },
});

interface Target {
  readonly child: ChildProcess;
  readonly bus: Bus;
}

async function startTarget(home: string, discoveryPort: number): Promise<Target> {
  const [shared, downloads] = [join(home, 'shared'), join(home, 'downloads')];
  for (const folder of [shared, downloads]) mkdirSync(folder, { recursive: true });
  const ports = { election: discoveryPort + 1 };
  const config = {
    share: [shared],
    downloadDir: downloads,
    interfaces: ['lo'],
    discoveryPort,
    ports,
  };
  writeFileSync(join(home, 'config.json'), JSON.stringify(config));
  const env = { ...process.env, IWANT_HOME: home };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return { child, bus: await openBus({ runDir: join(home, 'run') }) };
}

async function agreed(targets: readonly Target[]): Promise<Leadership> {
  const deadlineMs = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const views = await Promise.all(
      targets.map(({ bus }) => bus.call('leader.get', {}).catch(() => undefined)),
    );
    const [first] = views;
    if (first?.leader && views.every((view) => view?.leader?.peer === first.leader?.peer))
      return first;
    if (performance.now() > deadlineMs)
      throw new Error('The services found no leader within 10 s.');
    await new Promise((again) => setTimeout(again, 50));
  }
}

const residentMiB = ({ child }: Target): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024;

/** Half of them noise, half with a true beginning: these get as far as the signature. */
function hostile(): Buffer {
  const bytes = randomBytes(randomInt(0, DATAGRAM_BYTES_MAX));
  if (bytes.length > 8 && randomInt(2) === 1) {
    bytes.set([0x69, 0x57, 1, randomInt(1, 19), 0, 0, 0, 0]);
  }
  return bytes;
}

async function openSources(): Promise<Socket[]> {
  const sources = Array.from({ length: SOURCES }, () => createSocket('udp4'));
  for (const socket of sources) {
    await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
    socket.setMulticastInterface('127.0.0.1');
  }
  return sources;
}

async function fire(
  count: number,
  sources: readonly Socket[],
  ports: readonly number[],
): Promise<void> {
  const startMs = performance.now();
  for (let sent = 0; sent < count; sent += BURST) {
    const burst = Array.from({ length: BURST }, (_, at) => {
      const socket = sources[(sent + at) % SOURCES] as Socket;
      const port = ports[at % ports.length] ?? 0;
      return new Promise<void>((gone) => socket.send(hostile(), port, '127.0.0.1', () => gone()));
    });
    await Promise.all(burst);
    // Paced: a sender that uses a whole core would measure how the services do without one.
    const aheadMs =
      startMs + ((sent + BURST) / Number(values['per-second'])) * 1_000 - performance.now();
    if (aheadMs > 0) await new Promise((due) => setTimeout(due, aheadMs));
  }
}

/** What a service logged on the way: why the leader changed. */
const logOf = (home: string): string => readFileSync(join(home, 'logs', 'election.log'), 'utf8');

async function main(): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), 'iwanto-flood-'));
  const discoveryPort = randomInt(20_000, 60_000);
  const targets = [
    await startTarget(join(home, 'a'), discoveryPort),
    await startTarget(join(home, 'b'), discoveryPort),
  ];
  const before = await agreed(targets);
  const ports = [discoveryPort + 1, discoveryPort + 2];
  const sources = await openSources();
  await fire(WARM_UP_DATAGRAMS, sources, ports);
  const rss = [targets.map(residentMiB)];
  const startMs = performance.now();
  for (let part = 0; part < PARTS; part += 1) {
    await fire(Number(values.datagrams) / PARTS, sources, ports);
    rss.push(targets.map(residentMiB));
  }
  const seconds = (performance.now() - startMs) / 1_000;
  const after = await agreed(targets);
  const notes = await Promise.all(targets.map(({ bus }) => bus.call('election.status', {})));
  const same = before.leader?.peer === after.leader?.peer && before.epoch === after.epoch;
  console.log(`${values.datagrams} hostile datagrams in ${seconds.toFixed(1)} s at two services`);
  for (const at of targets.keys()) {
    const series = rss.map((all) => all[at]?.toFixed(1)).join(' ');
    console.log(`resident MiB of service ${at + 1}, before and after each tenth: ${series}`);
  }
  console.log(`leader and epoch: ${same ? 'unchanged' : 'CHANGED'}`);
  for (const status of notes) console.log(status.notes.join('; '));
  for (const { child, bus } of targets) {
    child.kill('SIGTERM');
    await bus.close();
  }
  for (const socket of sources) socket.close();
  await Promise.all(targets.map(({ child }) => new Promise((gone) => child.once('exit', gone))));
  if (!same) for (const name of ['a', 'b']) console.log(logOf(join(home, name)));
  rmSync(home, { recursive: true, force: true });
  return same;
}

process.exitCode = (await main()) ? 0 : 1;
