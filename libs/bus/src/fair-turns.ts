/** Whose turn is next: fair by what each used at every level of a path, such as standing, address, key and line. */
import { Recent } from '@iwanto/wire';

/** How many names of a level are remembered with what they used: of addresses, and of what is below one. */
const REMEMBERED_MAX = 1_024;
const REMEMBERED_BELOW_MAX = 64;

/** From the widest to the narrowest; two whose paths begin alike share the turns of that beginning. */
export type TurnPath = readonly string[];

/** What each name of a level used. Being absent earns nothing: a newcomer starts where the one served last started. */
class Level {
  readonly #names: Recent<string, { used: number; readonly below: Level }>;
  #floor = 0;

  constructor(private readonly depth = 0) {
    this.#names = new Recent(depth < 2 ? REMEMBERED_MAX : REMEMBERED_BELOW_MAX);
  }

  used(name: string): number {
    return Math.max(this.#names.get(name)?.used ?? 0, this.#floor);
  }

  below(name: string): Level | undefined {
    return this.#names.get(name)?.below;
  }

  spend([name, ...rest]: TurnPath, amount: number): void {
    if (name === undefined) return;
    const used = this.used(name);
    const below = this.below(name) ?? new Level(this.depth + 1);
    this.#floor = used;
    this.#names.set(name, { used: used + amount, below });
    below.spend(rest, amount);
  }
}

export class FairTurns {
  readonly #root = new Level();

  /** That path used so much. */
  spend(path: TurnPath, amount: number): void {
    this.#root.spend(path, amount);
  }

  /** Of these the one whose turn it is; the first of those that are equal. */
  next<T>(all: readonly T[], pathOf: (one: T) => TurnPath): T | undefined {
    let left = all;
    let level: Level | undefined = this.#root;
    for (let depth = 0; left.length > 1; depth += 1) {
      const names = new Set(left.map((one) => pathOf(one)[depth]));
      const name = leastUsed(names, level);
      if (name === undefined) break;
      left = left.filter((one) => pathOf(one)[depth] === name);
      level = level?.below(name);
    }
    return left[0];
  }
}

function leastUsed(names: Iterable<string | undefined>, level: Level | undefined) {
  let found: string | undefined;
  for (const name of names) {
    if (name === undefined) continue;
    if (found === undefined || usedOf(level, name) < usedOf(level, found)) found = name;
  }
  return found;
}

const usedOf = (level: Level | undefined, name: string) => level?.used(name) ?? 0;
