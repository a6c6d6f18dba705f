/** Which request is answered next: fair between addresses, then between askers; bounded in bytes. */
import { DATA_BODY_BYTES_MAX, type PieceRequest } from '@iwanto/wire';

const MEBIBYTE = 1_048_576;
/** Bytes being read, sealed and sent at the same time: for all askers, and for one. */
export const UPLOAD_BYTES_MAX = 64 * MEBIBYTE;
export const UPLOAD_BYTES_PER_ASKER_MAX = 4 * MEBIBYTE;

const DIGEST_BYTES = 32;

/** The memory that an answer may take. `have` and refusals take next to none. */
export function answerBytesMax({ ask, count }: PieceRequest): number {
  if (ask === 'digests') return count * DIGEST_BYTES;
  return ask === 'have' || ask === 'line' ? 0 : DATA_BODY_BYTES_MAX;
}

interface Asker {
  readonly name: string;
  readonly address: string;
  readonly waiting: PieceRequest[];
  bytesInWork: number;
  /** The turn in which it was last served. */
  servedTurn: number;
}

/** A request that may be worked on now. */
export interface Started {
  readonly asker: string;
  readonly request: PieceRequest;
}

export class UploadQueue {
  readonly #askers = new Map<string, Asker>();
  readonly #servedTurnOfAddress = new Map<string, number>();
  #bytesInWork = 0;
  #turn = 0;

  /** `rank`: of the requests of one asker the lowest is answered first. */
  constructor(private readonly rank: (request: PieceRequest) => number) {}

  /** Registers an asker at the address it is seen at. */
  open(name: string, address: string): void {
    const fresh = { waiting: [], bytesInWork: 0, servedTurn: this.#turn };
    this.#askers.set(name, { name, address, ...fresh });
  }

  /** Forgets an asker and what it waits for. */
  close(name: string): void {
    const asker = this.#askers.get(name);
    this.#askers.delete(name);
    if (!asker) return;
    const { address } = asker;
    const others = [...this.#askers.values()].some((other) => other.address === address);
    if (!others) this.#servedTurnOfAddress.delete(address);
  }

  /** False where the asker is not known. */
  add(name: string, request: PieceRequest): boolean {
    const asker = this.#askers.get(name);
    asker?.waiting.push(request);
    return asker !== undefined;
  }

  /** The next request that may be worked on, if any. */
  start(): Started | undefined {
    let best: Asker | undefined;
    for (const asker of this.#askers.values()) {
      if (this.#mayStart(asker) && (!best || this.#isBefore(asker, best))) best = asker;
    }
    const request = best && this.#takeLowest(best);
    if (!best || !request) return undefined;
    this.#turn += 1;
    best.servedTurn = this.#turn;
    this.#servedTurnOfAddress.set(best.address, this.#turn);
    const bytes = answerBytesMax(request);
    best.bytesInWork += bytes;
    this.#bytesInWork += bytes;
    return { asker: best.name, request };
  }

  /** The answer has left this process, or never will. */
  end({ asker, request }: Started): void {
    const bytes = answerBytesMax(request);
    this.#bytesInWork -= bytes;
    const known = this.#askers.get(asker);
    if (known) known.bytesInWork = Math.max(0, known.bytesInWork - bytes);
  }

  #mayStart({ waiting, bytesInWork }: Asker): boolean {
    const [next] = waiting;
    if (!next) return false;
    const bytes = answerBytesMax(next);
    if (bytes === 0) return true;
    if (this.#bytesInWork + bytes > UPLOAD_BYTES_MAX) return false;
    return bytesInWork === 0 || bytesInWork + bytes <= UPLOAD_BYTES_PER_ASKER_MAX;
  }

  /** Identities at one address share one turn. */
  #isBefore(one: Asker, other: Asker): boolean {
    if (one.address === other.address) return one.servedTurn < other.servedTurn;
    const turnOf = ({ address }: Asker) => this.#servedTurnOfAddress.get(address) ?? 0;
    return turnOf(one) < turnOf(other);
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
