/**
 * What a peer costs that has nothing to do: one alone on its LAN, and leader, standby and member of a cluster of
 * eight with 65,000 files. Each in a network namespace, started from the package by `iwanto start`. Those that
 * are measured share no page of memory with any other program, as on hosts of their own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { type Lan, type LanHost, lanImpossible, makeLan } from '@iwanto/peer/lan';
import { IdlePeer } from './idle-peer.js';
import { install, installApart, packInto } from './installed.js';
import { memoryBytes, spent } from './process-cost.js';
import { namedFiles } from './search-corpus.js';

const PEERS = 8;
const FILES = 65_000;
/** At most this many of the names are hidden files, which are not shared. */
const HIDDEN_MAX = 1_000;
const SEED = 9;
const FILES_ALONE = 1_000;
const WINDOW_MS = 60_000;
/** Until watchers, lines and the garbage collector are idle. */
const SETTLE_MS = 60_000;
const MEBIBYTE = 1_048_576;

const CPU_PERCENT_GOAL = 0.5;
const WAKE_UPS_GOAL = 15;
const MEBIBYTES_GOAL = { leader: 220, other: 150 };

/** In the order of their start: the first leads, the next five are its standbys. */
const LEADER = 0;
const STANDBY = 1;
const MEMBER = PEERS - 1;
const ROLES = new Map([
  [LEADER, 'leader of 8'],
  [STANDBY, 'standby'],
  [MEMBER, 'member'],
]);

const room = mkdtempSync(join(tmpdir(), 'iw-idle-'));
const lans: Lan[] = [];
const peers: IdlePeer[] = [];

function newPeer(title: string): IdlePeer {
  const peer = new IdlePeer(title, join(room, `home${peers.length}`));
  peers.push(peer);
  return peer;
}

function newLan(count: number): readonly LanHost[] {
  const lan = makeLan(count);
  lans.push(lan);
  return lan.hosts;
}

async function startAlone(archive: string, names: readonly string[]): Promise<IdlePeer> {
  const peer = newPeer('alone');
  peer.share(names);
  const [host] = newLan(1) as [LanHost];
  await peer.start(host, installApart(archive, join(room, 'alone')));
  await peer.untilKnown(names.length);
  return peer;
}

/** Returns the peers to measure. */
async function startCluster(archive: string, names: readonly string[]): Promise<IdlePeer[]> {
  const common = { node: process.execPath, script: install(archive, join(room, 'common')) };
  const measured: IdlePeer[] = [];
  for (const [at, host] of newLan(PEERS).entries()) {
    const role = ROLES.get(at);
    const peer = newPeer(role ?? `peer ${at + 1}`);
    peer.share(names.filter((_, number) => number % PEERS === at));
    await peer.start(host, role ? installApart(archive, join(room, `apart${at}`)) : common);
    if (role) measured.push(peer);
  }
  for (const peer of measured) await peer.untilKnown(names.length);
  return measured;
}

/** All during the same minute, since each has next to nothing to do. */
async function measure(measured: readonly IdlePeer[]): Promise<void> {
  const before = measured.map((peer) => spent(peer.pids()));
  const startMs = performance.now();
  await pass(WINDOW_MS);
  const seconds = (performance.now() - startMs) / 1_000;
  for (const [at, peer] of measured.entries()) {
    const [first, last] = [before[at] ?? { cpuSeconds: 0, wakeUps: 0 }, spent(peer.pids())];
    const cpu = (((last.cpuSeconds - first.cpuSeconds) / seconds) * 100).toFixed(2);
    const wakeUps = ((last.wakeUps - first.wakeUps) / seconds).toFixed(1);
    const memory = (memoryBytes(peer.pids()) / MEBIBYTE).toFixed(0);
    const goal = peer.title.startsWith('leader') ? MEBIBYTES_GOAL.leader : MEBIBYTES_GOAL.other;
    console.log(
      `${peer.title}: ${cpu} % of a CPU (goal <= ${CPU_PERCENT_GOAL}), ` +
        `${wakeUps} wake-ups a second (goal <= ${WAKE_UPS_GOAL}), ${memory} MiB (goal <= ${goal})`,
    );
  }
}

async function main(): Promise<void> {
  const archive = packInto(room);
  const names = namedFiles(FILES + HIDDEN_MAX, SEED)
    .map(({ path }) => path)
    .filter((path) => !path.includes('/.'))
    .slice(0, FILES);
  const alone = await startAlone(archive, names.slice(0, FILES_ALONE));
  const cluster = await startCluster(archive, names);
  await pass(SETTLE_MS);
  await measure([alone, ...cluster]);
}

const impossible = lanImpossible();
if (impossible) console.log(`not measured: ${impossible}`);
else {
  try {
    await main();
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
    for (const lan of lans) lan.remove();
    rmSync(room, { recursive: true, force: true });
  }
}
