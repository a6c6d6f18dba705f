/** Which request is answered next: in fair turns at each level of the askers' paths; bounded in bytes. */
import { DATA_BODY_BYTES_MAX, type PieceRequest } from '@iwanto/wire';
import { FairTurns, type TurnPath } from './fair-turns.js';
import {
  UPLOAD_BYTES_MAX,
  UPLOAD_BYTES_PER_ADDRESS_MAX,
  UPLOAD_BYTES_PER_ASKER_MAX,
  UPLOAD_BYTES_WITH_RESERVE_MAX,
} from './limits.js';

const DIGEST_BYTES = 32;

/** The memory that an answer may take. `have` and refusals take next to none. */
export function answerBytesMax({ ask, count }: PieceRequest): number {
  if (ask === 'digests') return count * DIGEST_BYTES;
  return ask === 'have' || ask === 'line' ? 0 : DATA_BODY_BYTES_MAX;
}

interface Asker {
  readonly name: string;
  readonly waiting: PieceRequest[];
  bytesInWork: number;
}

/** Whose turns an asker shares: standing, address and key. */
export interface AskerNow {
  readonly turns: TurnPath;
}

interface Ready extends AskerNow {
  readonly asker: Asker;
  readonly place: string;
}

/** Strangers at the address of a member take none of its memory. */
const placeOf = ({ turns }: AskerNow): string => turns.slice(0, 2).join(' ');

/** A request that may be worked on now. */
export interface Started {
  readonly asker: string;
  /** Its standing and address. */
  readonly place: string;
  readonly request: PieceRequest;
}

export class UploadQueue {
  readonly #askers = new Map<string, Asker>();
  readonly #turns = new FairTurns();
  readonly #bytesOfPlace = new Map<string, number>();
  #bytesInWork = 0;

  /**
   * `rank`: of the requests of one asker the lowest is answered first. `nowOf`: undefined for an asker that is gone or
   * not admitted any more.
   */
  constructor(
    private readonly rank: (request: PieceRequest) => number,
    private readonly nowOf: (name: string) => AskerNow | undefined,
  ) {}

  open(name: string): void {
    this.#askers.set(name, { name, waiting: [], bytesInWork: 0 });
  }

  /** Forgets an asker and what it waits for. */
  close(name: string): void {
    this.#askers.delete(name);
  }

  /** False if the asker is not known. */
  add(name: string, request: PieceRequest): boolean {
    const asker = this.#askers.get(name);
    asker?.waiting.push(request);
    return asker !== undefined;
  }

  /** The next request that may be worked on, if any. */
  start(): Started | undefined {
    const next = this.#turns.next(this.#ready(), ({ turns }) => turns);
    const request = next && this.#takeLowest(next.asker);
    if (!next || !request) return undefined;
    const { asker, place, turns } = next;
    this.#turns.spend(turns, 1);
    const bytes = answerBytesMax(request);
    asker.bytesInWork += bytes;
    this.#count(place, bytes);
    return { asker: asker.name, place, request };
  }

  /** The answer has left this process, or never will. */
  end({ asker, place, request }: Started): void {
    const bytes = answerBytesMax(request);
    this.#count(place, -bytes);
    const known = this.#askers.get(asker);
    if (known) known.bytesInWork = Math.max(0, known.bytesInWork - bytes);
  }

  #ready(): Ready[] {
    const ready: Ready[] = [];
    for (const asker of this.#askers.values()) {
      const now = asker.waiting.length > 0 ? this.nowOf(asker.name) : undefined;
      const place = now && placeOf(now);
      if (!now || !place || !this.#mayStart(asker, place)) continue;
      ready.push({ asker, place, turns: [...now.turns, asker.name] });
    }
    return ready;
  }

  #count(place: string, bytes: number): void {
    this.#bytesInWork += bytes;
    const ofPlace = (this.#bytesOfPlace.get(place) ?? 0) + bytes;
    if (ofPlace > 0) this.#bytesOfPlace.set(place, ofPlace);
    else this.#bytesOfPlace.delete(place);
  }

  #mayStart({ waiting, bytesInWork }: Asker, place: string): boolean {
    const [next] = waiting;
    if (!next) return false;
    const bytes = answerBytesMax(next);
    if (bytes === 0) return true;
    if (bytesInWork > 0 && bytesInWork + bytes > UPLOAD_BYTES_PER_ASKER_MAX) return false;
    const ofPlace = this.#bytesOfPlace.get(place) ?? 0;
    if (ofPlace + bytes > UPLOAD_BYTES_PER_ADDRESS_MAX) return false;
    const allMax = ofPlace === 0 ? UPLOAD_BYTES_WITH_RESERVE_MAX : UPLOAD_BYTES_MAX;
    return this.#bytesInWork + bytes <= allMax;
  }

  #takeLowest({ waiting }: Asker): PieceRequest | undefined {
    let lowest = 0;
    let lowestRank = Infinity;
    waiting.forEach((request, at) => {
      const rank = this.rank(request);
      if (rank < lowestRank) [lowest, lowestRank] = [at, rank];
    });
    return waiting.splice(lowest, 1)[0];
  }
}
