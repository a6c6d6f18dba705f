/** Three whole peers on the loopback interface: from a change on disk to another's search, and over a leader's death. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { BenchPeer, SETTLE_MS } from './bench-peer.js';

const CHANGES = 30;
const LEADERS_KILLED = 3;
const REST_MS = 5_000;

const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const median = (numbers: readonly number[]) => sorted(numbers)[numbers.length >> 1] ?? 0;
const worst = (numbers: readonly number[]) => sorted(numbers).at(-1) ?? 0;

async function changes(from: BenchPeer, by: BenchPeer): Promise<void> {
  const takenMs: number[] = [];
  for (let at = 0; at < CHANGES; at += 1) {
    // Alone, as a person's changes are: the second within half a second would wait for the next telling.
    await pass(600);
    writeFileSync(join(from.shared, `quokka${at}.txt`), `text ${at}`);
    takenMs.push(await by.untilFound(`quokka${at}.txt`));
  }
  console.log(
    `change on disk -> found by another peer, settle time ${SETTLE_MS} ms included: ` +
      `p50 ${median(takenMs).toFixed(0)} ms, max ${worst(takenMs).toFixed(0)} ms of ${CHANGES}`,
  );
}

/** One leader after another dies; the youngest keeps asking. */
async function deaths(peers: readonly BenchPeer[]): Promise<void> {
  const takenMs: number[] = [];
  for (const leader of peers.slice(0, -1)) {
    const last = peers.at(-1) as BenchPeer;
    await leader.kill();
    takenMs.push(await last.untilFound('lasting.txt'));
    // The next standby has to be warm: that is what is measured, not how fast it becomes so.
    await pass(REST_MS);
  }
  console.log(
    `leader killed -> search answers again: ${takenMs.map((ms) => ms.toFixed(0)).join(', ')} ms`,
  );
}

const peers = Array.from({ length: LEADERS_KILLED + 1 }, (_, at) => new BenchPeer(String(at)));
try {
  // One after the other: the first is the oldest and leads.
  for (const peer of peers) await peer.start();
  const last = peers.at(-1) as BenchPeer;
  writeFileSync(join(last.shared, 'lasting.txt'), 'of the one that stays');
  for (const peer of peers) await peer.untilFound('lasting.txt');
  await changes(peers[1] as BenchPeer, last);
  await deaths(peers);
} finally {
  for (const peer of peers) await peer.close();
}
