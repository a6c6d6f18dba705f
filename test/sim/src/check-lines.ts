/** What must come true about connections once all is calm (L8): each pair takes the best way that there is. */
import { isHere } from './agreement.js';
import type { Host } from './host.js';
import { Lines } from './lines.js';
import type { Walls } from './walls.js';
import type { World } from './world.js';

/** Pairs begin one after the other, so that nobody's share of questions is used up. */
const EVERY_MS = 60;
/** After a failure a line is tried again this much later. */
const AGAIN_MS = 1_000;
/** Three relays per attempt, of up to six; of the questions to the only one that works, one in ten may be lost. */
const ATTEMPTS_MAX = 12;
/** Dialling ends after 3 s, three relays after 1.75 s and their own 3 s. */
const ATTEMPT_LIMIT_MS = 5_000;
const LOOK_MS = 250;

/** Fails the run if a pair does not end as it must; without walls there is nothing to choose. */
export function checkLines(world: World, walls: Walls): void {
  if (!walls.areAny) return;
  const lines = new Lines(world, walls);
  world.witnesses.push(lines);
  const live = world.hosts.filter(isHere);
  const pairs = live.flatMap((from) =>
    live.filter((to) => to !== from).map((to) => [from, to] as const),
  );
  const startMs = world.nowMs;
  const open = new Set<string>();
  for (const [at, [from, to]] of pairs.entries()) {
    open.add(nameOf(from, to));
    world.agenda.at(startMs + at * EVERY_MS, () =>
      tryPair({ world, walls, lines, from, to, done: () => open.delete(nameOf(from, to)) }, 1),
    );
  }
  const limitMs = startMs + pairs.length * EVERY_MS + ATTEMPTS_MAX * (ATTEMPT_LIMIT_MS + AGAIN_MS);
  while (open.size > 0 && world.failure === null && world.nowMs < limitMs)
    world.run(world.nowMs + LOOK_MS);
  const [stuck] = open;
  if (stuck !== undefined) world.fail(`L8: the way from ${stuck} is never decided`);
}

const nameOf = (from: Host, to: Host) => `${from.name} to ${to.name}`;

interface Pair {
  readonly world: World;
  readonly walls: Walls;
  readonly lines: Lines;
  readonly from: Host;
  readonly to: Host;
  readonly done: () => void;
}

function tryPair(pair: Pair, attempt: number): void {
  const { world, walls, lines, from, to, done } = pair;
  const best = walls.bestWay(from, to);
  const startMs = world.nowMs;
  lines.reach(from, to, (way) => {
    const tookMs = world.nowMs - startMs;
    if (tookMs > ATTEMPT_LIMIT_MS)
      world.fail(`L8: ${nameOf(from, to)} took ${Math.round(tookMs)} ms`);
    if (way === undefined && best !== null && attempt < ATTEMPTS_MAX) {
      world.agenda.at(world.nowMs + AGAIN_MS, () => tryPair(pair, attempt + 1));
      return;
    }
    const kind = way?.kind ?? null;
    // A question that is lost makes a worse way quicker.
    const isRight =
      world.network.link.loss > 0 ? (kind === null) === (best === null) : kind === best;
    if (!isRight)
      world.fail(`L8: ${nameOf(from, to)} is ${kind ?? 'closed'}, should be ${best ?? 'closed'}`);
    done();
  });
}
