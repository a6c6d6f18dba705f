/**
 * Whole peers in network namespaces that know 100,000 names of each other: from a change on disk to another's search,
 * and over the deaths of leaders, each of which is started again as the youngest.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { type Lan, lanImpossible, makeLan } from '@iwanto/peer/lan';
import { BenchPeer, SETTLE_MS } from './bench-peer.js';

const PEERS = 6;
const NAMES = 100_000;
const FOLDER_NAMES = 500;
const CHANGES = 30;
const LEADERS_KILLED = 20;
const FOUND_GOAL_MS = 200;
const ANSWER_GOAL_MS = 500;
const AGAIN_GOAL_PERCENT = 5;
/** What a new leader is sent up to this long after its first answer counts as announced again. */
const AGAIN_MS = 2_000;
/** A LAN on which every host is sent less than this per second has nothing left to announce. */
const CALM_BYTES = 60_000;
const CALM_SECONDS = 2;
const LIMIT_MS = 180_000;
const ASK_EVERY_MS = 200;
const MEBIBYTE = 1_048_576;

const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const median = (numbers: readonly number[]) => sorted(numbers)[numbers.length >> 1] ?? 0;
const worst = (numbers: readonly number[]) => Math.max(...numbers);

/** Resolves when `is` holds. */
async function until(what: string, is: () => Promise<boolean>, everyMs = ASK_EVERY_MS) {
  const endMs = performance.now() + LIMIT_MS;
  while (!(await is())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${LIMIT_MS} ms.`);
    await pass(everyMs);
  }
}

class Peers {
  readonly #lan: Lan;
  readonly peers: BenchPeer[];
  /** What the first leader was sent until it knew all. */
  #catalogueBytes = 0;

  constructor() {
    this.#lan = makeLan(PEERS);
    this.peers = this.#lan.hosts.map((host, at) => new BenchPeer(`net${at}`, host));
  }

  /** One after the other: the first is the oldest and leads. */
  async start(): Promise<void> {
    for (const [at, peer] of this.peers.entries()) {
      fill(peer, at);
      await peer.start();
    }
    for (const peer of this.peers) await knowsAll(peer);
    await this.calm();
    // Its own names did not cross the network.
    this.#catalogueBytes = ((this.received()[0] ?? 0) * PEERS) / (PEERS - 1);
  }

  /** What each host was sent so far, in bytes. */
  received(): number[] {
    return this.#lan.hosts.map((host) => host.traffic().received);
  }

  /** Resolves when no peer has anything left to announce. */
  async calm(): Promise<void> {
    let before = this.received();
    let calmSeconds = 0;
    const isCalm = async () => {
      const now = this.received();
      const isQuiet = now.every((bytes, at) => bytes - (before[at] ?? 0) < CALM_BYTES);
      before = now;
      calmSeconds = isQuiet ? calmSeconds + 1 : 0;
      return calmSeconds > CALM_SECONDS;
    };
    await until('a calm LAN', isCalm, 1_000);
  }

  /** The leader dies: how long until another host's search is answered rightly, and what is announced again, in percent. */
  async death(): Promise<{ answerMs: number; againPercent: number }> {
    const at = await this.#leaderSeenBy(0);
    const asking = (at + PEERS - 1) % PEERS;
    const name = nameOf((at + PEERS - 2) % PEERS, 0);
    const dead = this.peers[at] as BenchPeer;
    await dead.kill();
    const before = this.received();
    const answerMs = await (this.peers[asking] as BenchPeer).untilFound(name);
    await pass(AGAIN_MS);
    const next = await this.#leaderSeenBy(asking);
    const bytes = (this.received()[next] ?? 0) - (before[next] ?? 0);
    await dead.start();
    await knowsAll(dead);
    await this.calm();
    return { answerMs, againPercent: (bytes / this.#catalogueBytes) * 100 };
  }

  get catalogueMebibytes(): number {
    return this.#catalogueBytes / MEBIBYTE;
  }

  async close(): Promise<void> {
    for (const peer of this.peers) await peer.close();
    this.#lan.remove();
  }

  async #leaderSeenBy(at: number): Promise<number> {
    const { leader } = await (this.peers[at] as BenchPeer).bus.call('leader.get', {});
    return Number(leader?.address.split('.').at(-1)) - 1;
  }
}

const nameOf = (peer: number, at: number) => `report ${peer} ${at} quokka${peer}x${at}.txt`;

/** An equal part of the names for each peer, each with a content of its own. */
function fill({ shared }: BenchPeer, peer: number): void {
  for (let at = 0; at < NAMES / PEERS; at += 1) {
    const folder = join(shared, `folder ${Math.floor(at / FOLDER_NAMES)}`);
    if (at % FOLDER_NAMES === 0) mkdirSync(folder);
    writeFileSync(join(folder, nameOf(peer, at)), nameOf(peer, at));
  }
}

async function knowsAll({ bus }: BenchPeer): Promise<void> {
  await until('all names are known', async () => {
    const book = await bus.call('book', {}).catch(() => undefined);
    const files = book?.peers.reduce((sum, peer) => sum + peer.files, 0) ?? 0;
    return files >= Math.floor(NAMES / PEERS) * PEERS;
  });
}

async function changes(from: BenchPeer, by: BenchPeer): Promise<void> {
  const takenMs: number[] = [];
  for (let at = 0; at < CHANGES; at += 1) {
    // One at a time, like a person's changes: a second one within half a second would wait for the next announcement.
    await pass(600);
    writeFileSync(join(from.shared, `wallaby${at}.txt`), `text ${at}`);
    takenMs.push(await by.untilFound(`wallaby${at}.txt`));
  }
  console.log(
    `change on disk -> found by another peer, ${NAMES} names known, settle time ${SETTLE_MS} ms included: ` +
      `p50 ${median(takenMs).toFixed(0)} ms (goal <= ${FOUND_GOAL_MS}), max ${worst(takenMs).toFixed(0)} ms of ${CHANGES}`,
  );
}

async function deaths(lan: Peers): Promise<void> {
  const all: { answerMs: number; againPercent: number }[] = [];
  for (let killed = 0; killed < LEADERS_KILLED; killed += 1) all.push(await lan.death());
  const answersMs = all.map(({ answerMs }) => answerMs);
  const again = all.map(({ againPercent }) => againPercent);
  console.log(
    `leader killed ${LEADERS_KILLED} times with ${NAMES} names known -> next right answer: ` +
      `p50 ${median(answersMs).toFixed(0)} ms, p99 ${worst(answersMs).toFixed(0)} ms (goal <= ${ANSWER_GOAL_MS}); ` +
      `sent to the new leader p50 ${median(again).toFixed(1)} %, max ${worst(again).toFixed(1)} % of the catalogue's ` +
      `${lan.catalogueMebibytes.toFixed(1)} MiB (goal < ${AGAIN_GOAL_PERCENT})`,
  );
}

const impossible = lanImpossible();
if (impossible) console.log(`not measured: ${impossible}`);
else {
  const lan = new Peers();
  try {
    await lan.start();
    await changes(lan.peers[1] as BenchPeer, lan.peers[PEERS - 1] as BenchPeer);
    await deaths(lan);
  } finally {
    await lan.close();
  }
}
