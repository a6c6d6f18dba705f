/** Many peers that download the same content from one seed and from each other, on a virtual clock: loss, death, liars, slow links, late arrivals. */
import { describe, expect, test } from '@jest/globals';
import type { PeerId } from '@iwanto/wire';
import fc from 'fast-check';
import { Swarm, type SwarmInput, type SwarmOutput } from './index.js';

const PIECE_BYTES = 1_048_576;
const HAVE_MS = 100;
const TICK_MS = 250;
const LIMIT_MS = 1_800_000;
const SEED = 'seed' as PeerId;

interface Member {
  readonly joinsMs: number;
  /** Leaves permanently; a seed that leaves takes what nobody else has with it. */
  readonly diesMs?: number;
  readonly bytesPerMs: number;
  /** After this many answers each: wrong bytes, or a broken line. 0: never. */
  readonly liesEvery: number;
  readonly breaksEvery: number;
}

const HONEST: Member = { joinsMs: 0, bytesPerMs: 20_000, liesEvery: 0, breaksEvery: 0 };

class Node {
  readonly has = new Set<number>();
  readonly open = new Map<PeerId, Set<number>>();
  isAlive = false;
  isDone = false;
  doneMs = 0;
  isStarving = false;
  freeAtMs = 0;
  answers = 0;
  sent = 0;

  constructor(
    readonly id: PeerId,
    readonly member: Member,
    readonly swarm: Swarm,
  ) {}
}

class Crowd {
  readonly nodes: Node[];
  #nowMs = 0;
  #order = 0;
  readonly #events: { readonly atMs: number; readonly order: number; readonly act: () => void }[] =
    [];

  constructor(
    readonly pieces: number,
    seed: Member,
    members: readonly Member[],
  ) {
    const idOf = (at: number) =>
      ((at + 1) * 0x9e3779b1).toString(16).slice(-8).padEnd(20, '0') as PeerId;
    const nodes = members.map((member, at) => {
      const self = idOf(at);
      return new Node(self, member, new Swarm({ seed: at + 1, self }));
    });
    this.nodes = [new Node(SEED, seed, new Swarm()), ...nodes];
    for (let piece = 0; piece < pieces; piece += 1) this.seed.has.add(piece);
  }

  get seed(): Node {
    return this.nodes[0]!;
  }

  play(limitMs = LIMIT_MS): void {
    for (const node of this.nodes) {
      this.#at(node.member.joinsMs, () => this.#join(node));
      if (node.member.diesMs !== undefined) this.#at(node.member.diesMs, () => this.#die(node));
    }
    while (this.#nowMs < limitMs && this.#events.length > 0 && !this.#isOver()) {
      const event = this.#events.shift()!;
      this.#nowMs = event.atMs;
      event.act();
    }
  }

  /** Downloaders that live, and are not liars. */
  get survivors(): Node[] {
    return this.nodes.filter((node) => node !== this.seed && node.isAlive);
  }

  #isOver(): boolean {
    const isBusy = ({ member, isAlive, isDone }: Node) =>
      (isAlive && !isDone) || this.#nowMs < member.joinsMs;
    return this.#nowMs > 60_000 && !this.nodes.slice(1).some(isBusy);
  }

  #at(atMs: number, act: () => void): void {
    const event = { atMs, order: (this.#order += 1), act };
    let at = this.#events.length;
    while (at > 0 && this.#events[at - 1]!.atMs > atMs) at -= 1;
    this.#events.splice(at, 0, event);
  }

  #join(node: Node): void {
    node.isAlive = true;
    if (node !== this.seed) {
      const files = [{ bytes: this.pieces * PIECE_BYTES }];
      this.#tell(node, { type: 'filesAdded', nowMs: 0, files });
      this.#tell(node, { type: 'allAdded', nowMs: 0 });
      this.#tick(node);
    }
    for (const other of this.nodes) {
      if (other === node || !other.isAlive) continue;
      this.#meet(node, other);
      this.#meet(other, node);
    }
  }

  /** `node` has a line to `other` from now on, and learns what it has. */
  #meet(node: Node, other: Node): void {
    if (node === this.seed || !node.isAlive || !other.isAlive) return;
    node.open.set(other.id, new Set());
    const probablyAll = other === this.seed;
    const added = { type: 'sourceAdded', source: other.id, isPartial: true, probablyAll } as const;
    this.#tell(node, { ...added, nowMs: 0 });
    const pieces = other === this.seed ? 'all' : [...other.has];
    this.#tell(node, { type: 'sourceHas', nowMs: 0, source: other.id, pieces });
  }

  #die(node: Node): void {
    node.isAlive = false;
    for (const other of this.nodes) this.#cut(other, node);
  }

  #cut(node: Node, source: Node): void {
    if (!node.open.delete(source.id) || !node.isAlive) return;
    this.#tell(node, { type: 'sourceLost', nowMs: 0, source: source.id });
  }

  #tick(node: Node): void {
    if (!node.isAlive || node.isDone) return;
    this.#tell(node, { type: 'tick', nowMs: 0 });
    this.#at(this.#nowMs + TICK_MS, () => this.#tick(node));
  }

  #tell(node: Node, input: SwarmInput): void {
    for (const output of node.swarm.step({ ...input, nowMs: this.#nowMs }))
      this.#perform(node, output);
  }

  #perform(node: Node, output: SwarmOutput): void {
    if (output.type === 'done') {
      expect(node.has.size).toBe(this.pieces);
      node.isDone = true;
      node.doneMs = this.#nowMs;
    }
    if (output.type === 'starving') node.isStarving = output.isStarving;
    if (output.type === 'ban') {
      expect(this.#nodeOf(output.source).member.liesEvery).toBeGreaterThan(0);
      node.open.delete(output.source);
    }
    if (output.type === 'drop') {
      node.open.delete(output.source);
      this.#at(this.#nowMs + 1_000, () => this.#meet(node, this.#nodeOf(output.source)));
    }
    if (output.type === 'request') this.#serve(node, this.#nodeOf(output.source), output.index);
  }

  #nodeOf(id: PeerId): Node {
    return this.nodes.find((node) => node.id === id)!;
  }

  #serve(asker: Node, source: Node, piece: number): void {
    expect(source.has.has(piece)).toBe(true);
    expect(asker.has.has(piece)).toBe(false);
    const open = asker.open.get(source.id)!;
    expect(open.has(piece)).toBe(false);
    open.add(piece);
    source.freeAtMs =
      Math.max(source.freeAtMs, this.#nowMs) + PIECE_BYTES / source.member.bytesPerMs;
    this.#at(source.freeAtMs, () => this.#answer(asker, source, { piece, open }));
  }

  #answer(asker: Node, source: Node, { piece, open }: { piece: number; open: Set<number> }): void {
    // The line of the request may be gone by now.
    if (asker.open.get(source.id) !== open || !asker.isAlive || !source.isAlive) return;
    source.answers += 1;
    source.sent += 1;
    const { liesEvery, breaksEvery } = source.member;
    if (breaksEvery > 0 && source.answers % breaksEvery === 0) {
      this.#cut(asker, source);
      return this.#at(this.#nowMs + 1_000, () => this.#meet(asker, source));
    }
    open.delete(piece);
    const isLie = liesEvery > 0 && source.answers % liesEvery === 0;
    const isNew = !isLie && !asker.has.has(piece);
    if (isNew) asker.has.add(piece);
    const verdict = isLie ? 'bad' : 'ok';
    this.#tell(asker, {
      type: 'pieceArrived',
      nowMs: 0,
      source: source.id,
      file: 0,
      index: piece,
      verdict,
    });
    if (isNew) this.#at(this.#nowMs + HAVE_MS, () => this.#announce(asker, piece));
  }

  #announce(node: Node, piece: number): void {
    for (const other of this.nodes) {
      if (!node.isAlive || !other.isAlive || !other.open.has(node.id)) continue;
      this.#tell(other, { type: 'sourceHas', nowMs: 0, source: node.id, pieces: [piece] });
    }
  }
}

const ms = (max: number) => fc.integer({ min: 0, max });
const memberOf = fc.record<Member>(
  {
    joinsMs: ms(8_000),
    diesMs: ms(12_000),
    bytesPerMs: fc.integer({ min: 500, max: 100_000 }),
    liesEvery: fc.constantFrom(0, 0, 0, 1, 4),
    breaksEvery: fc.constantFrom(0, 0, 7, 30),
  },
  { requiredKeys: ['joinsMs', 'bytesPerMs', 'liesEvery', 'breaksEvery'] },
);

describe('a crowd', () => {
  test('whoever lives has everything in the end, while the seed stays: whatever the others do', () => {
    fc.assert(
      fc.property(
        fc.array(memberOf, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 60 }),
        (members, pieces) => {
          const crowd = new Crowd(pieces, HONEST, members);
          crowd.play();
          for (const node of crowd.survivors) expect(node.isDone).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  test('the seed leaves: who lives ends whole where all pieces are left, and starves where one is not', () => {
    const honest = memberOf.map((member): Member => {
      const { joinsMs, bytesPerMs, breaksEvery } = member;
      return { joinsMs, bytesPerMs, breaksEvery, liesEvery: 0 };
    });
    fc.assert(
      fc.property(
        fc.array(honest, { minLength: 2, maxLength: 6 }),
        ms(3_000),
        (members, diesMs) => {
          const crowd = new Crowd(40, { ...HONEST, diesMs }, members);
          crowd.play(600_000);
          const left = new Set(crowd.survivors.flatMap((node) => [...node.has]));
          for (const node of crowd.survivors) {
            expect([node.isDone, node.isStarving]).toEqual(
              left.size === 40 ? [true, false] : [false, true],
            );
          }
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  const fast: Member = { ...HONEST, bytesPerMs: 100_000 };
  const slow: Member = { ...HONEST, bytesPerMs: 1_000 };
  const silent: Member = { ...HONEST, bytesPerMs: 1 };
  /** `others` fetch as well and contribute nothing; `timesMax`: how much longer it may take than for an honest peer alone. */
  interface Scene {
    readonly count: number;
    readonly seed: Member;
    readonly member?: Member;
    readonly others?: number;
    readonly sentMax?: number;
    readonly timesMax: number;
  }
  const scenes: [string, Scene][] = [
    ['8 at the same time', { count: 8, seed: HONEST, sentMax: 105, timesMax: 1.1 }],
    ['32 at the same time', { count: 32, seed: HONEST, sentMax: 110, timesMax: 1.25 }],
    [
      'a fast seed helps those who send slowly',
      { count: 8, seed: fast, member: slow, timesMax: 9 },
    ],
    [
      'those who bring in nothing are not waited for',
      { count: 4, seed: HONEST, others: 12, timesMax: 0.7 },
    ],
  ];
  test.each(scenes)('%s', (_, { count, seed, member = fast, others = 0, sentMax, timesMax }) => {
    const crowdOf = (members: Member[]) => {
      const crowd = new Crowd(100, seed, members);
      crowd.play(200_000);
      const honest = crowd.nodes.slice(1, 1 + members.length - others);
      expect(honest.every(({ isDone }) => isDone)).toBe(true);
      return { sent: crowd.seed.sent, ms: Math.max(...honest.map(({ doneMs }) => doneMs)) };
    };
    const alone = crowdOf([member, ...new Array<Member>(others).fill(silent)]);
    const together = crowdOf([
      ...new Array<Member>(count).fill(member),
      ...new Array<Member>(others).fill(silent),
    ]);
    expect(together.sent).toBeLessThanOrEqual(sentMax ?? Infinity);
    expect(together.ms / alone.ms).toBeLessThan(timesMax);
  });
});
