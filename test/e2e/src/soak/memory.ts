/**
 * Whether a process grows: the lowest figure of its last seconds against the highest of its warm-up, so that garbage
 * which V8 has not collected yet counts on neither side.
 */
import { readFileSync } from 'node:fs';
import type { SoakPeer } from './soak-peer.js';

const KIB_PER_MIB = 1_024;

interface Life {
  readonly name: string;
  readonly sinceMs: number;
  /** Highest resident MiB of its warm-up. */
  warm: number;
  /** Lowest since the end began. */
  last: number;
}

export interface Growth {
  /** Processes that lived long enough for a comparison. */
  readonly measured: number;
  readonly largestMiB: number;
  /** Which process that is. */
  readonly name: string;
}

export class Memory {
  /** By name and not by number alone: in half an hour, the system gives the number of an ended process to another. */
  readonly #lives = new Map<string, Life>();
  #isEnd = false;

  constructor(
    private readonly peers: readonly SoakPeer[],
    private readonly warmUpMs: number,
  ) {}

  /** From here on figures count as those of the end. */
  endBegins(): void {
    this.#isEnd = true;
  }

  sample(): void {
    const nowMs = performance.now();
    for (const peer of this.peers) {
      for (const [service, pid] of peer.processes()) {
        const mib = residentMiB(pid);
        if (mib === undefined) continue;
        const name = `${peer.name}, ${service} ${pid}`;
        const life = this.#lives.get(name) ?? { name, sinceMs: nowMs, warm: 0, last: Infinity };
        this.#lives.set(name, life);
        if (nowMs - life.sinceMs <= this.warmUpMs) life.warm = Math.max(life.warm, mib);
        else if (this.#isEnd) life.last = Math.min(life.last, mib);
      }
    }
  }

  growth(): Growth {
    const lives = [...this.#lives.values()].filter(({ last }) => last < Infinity);
    const grown = lives.map(({ name, warm, last }) => ({ name, mib: last - warm }));
    const { name, mib } = grown.sort((one, other) => other.mib - one.mib)[0] ?? {
      ...{ name: 'none', mib: 0 },
    };
    return { measured: lives.length, largestMiB: mib, name };
  }
}

/** Undefined if the process has ended. */
function residentMiB(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) / KIB_PER_MIB;
  } catch {
    return undefined;
  }
}
