/** Whole downloads from sources of every kind, on a virtual clock: safety at each step, completion at the end. */
import { describe, expect, test } from '@jest/globals';
import { type PeerId, pieceCount } from '@iwanto/wire';
import fc from 'fast-check';
import { SWARM_LIMITS, Swarm, type SwarmInput, type SwarmOutput } from './index.js';

type Temper = 'honest' | 'corrupt' | 'silent' | 'refusing' | 'busy' | 'vanishing' | 'faulty';

interface Actor {
  readonly temper: Temper;
  readonly bytesPerMs: number;
  readonly latencyMs: number;
}
interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly input: SwarmInput;
}

const LIMIT_MS = 3_600_000;

/** Runs one download; every output is checked against the promises of the swarm. */
class Run {
  readonly swarm = new Swarm();
  readonly arrived = new Set<string>();
  requests = 0;
  done = false;
  #nowMs = 0;
  #order = 0;
  readonly #events: Event[] = [];
  readonly #here = new Set<PeerId>();
  readonly #outstanding = new Map<PeerId, Set<string>>();
  readonly #freeAtMs = new Map<PeerId, number>();
  readonly #answers = new Map<PeerId, number>();

  constructor(
    private readonly files: readonly number[],
    private readonly actors: ReadonlyMap<PeerId, Actor>,
  ) {}

  play(arrivals: readonly number[]): void {
    const nowMs = 0;
    this.#at(0, { type: 'filesAdded', nowMs, files: this.files.map((bytes) => ({ bytes })) });
    this.#at(1, { type: 'allAdded', nowMs });
    [...this.actors.keys()].forEach((source, at) =>
      this.#at(arrivals[at] ?? 0, { type: 'sourceAdded', nowMs, source }),
    );
    this.#at(250, { type: 'tick', nowMs });
    while (!this.done && this.#nowMs < LIMIT_MS) this.#next();
  }

  #at(atMs: number, input: SwarmInput): void {
    this.#events.push({ atMs, order: (this.#order += 1), input });
  }

  #next(): void {
    this.#events.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
    const event = this.#events.shift();
    if (!event) throw new Error('nothing left to happen');
    this.#nowMs = Math.max(this.#nowMs, event.atMs);
    const input = { ...event.input, nowMs: this.#nowMs };
    if (!this.#accept(input)) return;
    for (const output of this.swarm.step(input)) this.#perform(output);
    if (input.type === 'tick') this.#at(this.#nowMs + 250, input);
  }

  /** The outside effect of an input; false when it can no longer happen. */
  #accept(input: SwarmInput): boolean {
    if (input.type === 'sourceAdded') {
      this.#here.add(input.source);
      this.#outstanding.set(input.source, new Set());
    }
    if (input.type === 'sourceLost') this.#lose(input.source);
    if (input.type === 'pieceArrived' || input.type === 'refused') {
      const key = `${input.file}/${input.index}`;
      if (!this.#outstanding.get(input.source)?.delete(key)) return false;
      if (input.type === 'pieceArrived' && input.verdict === 'ok') this.arrived.add(key);
    }
    return true;
  }

  #lose(source: PeerId): void {
    this.#here.delete(source);
    this.#outstanding.delete(source);
  }

  #perform(output: SwarmOutput): void {
    if (output.type === 'done') {
      this.done = true;
      const all = this.files.reduce((sum, bytes) => sum + pieceCount(bytes), 0);
      expect(this.arrived.size).toBe(all);
    }
    if (output.type === 'ban') {
      expect(this.actors.get(output.source)?.temper).not.toBe('honest');
      this.#lose(output.source);
    }
    if (output.type === 'drop') {
      this.#lose(output.source);
      this.#at(this.#nowMs + 1_000, { type: 'sourceAdded', nowMs: 0, source: output.source });
    }
    if (output.type === 'request') this.#request(output);
  }

  #request(output: Extract<SwarmOutput, { type: 'request' }>): void {
    const { source, file, index } = output;
    const key = `${file}/${index}`;
    this.requests += 1;
    const open = this.#outstanding.get(source);
    expect(open).toBeDefined();
    expect(open?.has(key)).toBe(false);
    expect(this.arrived.has(key)).toBe(false);
    open?.add(key);
    expect(open?.size).toBeLessThanOrEqual(SWARM_LIMITS.requestsMax);
    this.#answer(source, file, index);
  }

  #answer(source: PeerId, file: number, index: number): void {
    const actor = this.actors.get(source);
    if (!actor || actor.temper === 'silent') return;
    const nth = (this.#answers.get(source) ?? 0) + 1;
    this.#answers.set(source, nth);
    const bytes = Math.min(1_048_576, (this.files[file] ?? 0) - index * 1_048_576);
    const startMs = Math.max(this.#nowMs + actor.latencyMs, this.#freeAtMs.get(source) ?? 0);
    const atMs = startMs + bytes / actor.bytesPerMs;
    this.#freeAtMs.set(source, atMs);
    const base = { nowMs: 0, source, file, index } as const;
    const refuse = (reason: 'changed' | 'busy' | 'unexpected') =>
      this.#at(startMs, { ...base, type: 'refused', reason });
    if (actor.temper === 'refusing' && file % 2 === 0) return refuse('changed');
    if (actor.temper === 'busy' && nth % 3 === 0) return refuse('busy');
    if (actor.temper === 'faulty' && nth % 2 === 0) return refuse('unexpected');
    if (actor.temper === 'vanishing' && nth % 5 === 0) {
      this.#at(startMs, { nowMs: 0, type: 'sourceLost', source });
      return this.#at(startMs + 3_000, { nowMs: 0, type: 'sourceAdded', source });
    }
    const bad = actor.temper === 'corrupt' && nth % 4 === 0;
    this.#at(atMs, { ...base, type: 'pieceArrived', verdict: bad ? 'bad' : 'ok' });
  }
}

const actorOf = (tempers: readonly Temper[]) =>
  fc.record<Actor>({
    temper: fc.constantFrom(...tempers),
    bytesPerMs: fc.integer({ min: 20, max: 1_000_000 }),
    latencyMs: fc.integer({ min: 0, max: 200 }),
  });
const everyTemper = [
  'honest',
  'corrupt',
  'silent',
  'refusing',
  'busy',
  'vanishing',
  'faulty',
] as const;
const fileBytes = fc.oneof(
  fc.integer({ min: 0, max: 70_000 }),
  fc.integer({ min: 0, max: 30 * 1_048_576 }),
);

describe('Swarm, whole downloads', () => {
  test('always completes when one honest source is there, and keeps its limits', () => {
    fc.assert(
      fc.property(
        fc.array(fileBytes, { maxLength: 40 }),
        actorOf(['honest']),
        fc.array(actorOf(everyTemper), { maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 6 }),
        (files, honest, others, arrivals) => {
          // What one slow source cannot deliver within the simulated time proves nothing.
          const bytes = files.reduce((sum, each) => sum + each, 0);
          fc.pre(bytes / honest.bytesPerMs < LIMIT_MS / 4);
          const actors = new Map(
            others.map((actor, at) => [`other${at}` as PeerId, actor] as const),
          );
          const run = new Run(files, new Map([...actors, ['honest' as PeerId, honest]]));
          run.play(arrivals);
          expect(run.done).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);

  test('completes from sources that only vanish and come back', () => {
    fc.assert(
      fc.property(fileBytes, actorOf(['vanishing']), (bytes, actor) => {
        const run = new Run([bytes], new Map([['a' as PeerId, { ...actor, bytesPerMs: 10_000 }]]));
        run.play([]);
        expect(run.done).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('asks honest sources of like speed for hardly a piece twice', () => {
    const actors = ['a', 'b', 'c'].map(
      (name) => [name as PeerId, { temper: 'honest', bytesPerMs: 100_000, latencyMs: 1 }] as const,
    );
    const run = new Run([600 * 1_048_576], new Map(actors));
    run.play([]);
    expect(run.done).toBe(true);
    expect(run.requests).toBeLessThanOrEqual(600 + 12);
  });
});
