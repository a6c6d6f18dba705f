/** The line to one source: requests with an id, a time limit and exactly one outcome each. */
import {
  type CurveKeys,
  type PieceLine,
  type PieceLineOptions,
  type PieceLost,
  connectPieces,
} from '@iwanto/bus';
import {
  type FileHash,
  type Holder,
  type PeerId,
  type PieceAnswer,
  type PieceAsk,
  REQUESTS_IN_FLIGHT_MAX,
  type Refusal,
  type Way,
} from '@iwanto/wire';

/** How long the handshake with a source may take, in ms. */
const CONNECT_LIMIT_MS = 3_000;
/** Requests on the wire at the same time; the uploader counts an answer as open a moment longer than we do. */
const ON_THE_WIRE_MAX = REQUESTS_IN_FLIGHT_MAX - 4;
const REQUEST_ID_MAX = 2 ** 32 - 1;

export interface Wanted {
  readonly ask: PieceAsk;
  readonly root: FileHash;
  readonly first: number;
  readonly count: number;
}

/** The outcome of a request. `lost`: the line broke or the answer did not arrive in time. */
export type Outcome =
  | { readonly type: 'data'; readonly body: Uint8Array }
  | { readonly type: 'refused'; readonly reason: Refusal }
  | { readonly type: 'lost' };

interface Open {
  readonly settle: (outcome: Outcome) => void;
}

export type Connect = (options: PieceLineOptions) => PieceLine;

export interface SourceLineOptions {
  readonly holder: Holder;
  readonly keys: CurveKeys;
  readonly self: PeerId;
  /** Called once, when the line is of no use any more. */
  readonly onLost: (why: PieceLost) => void;
  readonly connect?: Connect;
  /** For when the source cannot be dialled. */
  readonly detours?: PieceLineOptions['detours'];
}

export class SourceLine {
  /** Settles when the source proved its key, so that it can be asked (true), or the line is lost before that (false). */
  readonly greeted: Promise<boolean>;
  /** The same when the data line is up as well. */
  readonly ready: Promise<boolean>;
  #isGreeted: (greeted: boolean) => void = () => undefined;
  #isReady: (ready: boolean) => void = () => undefined;
  readonly #line: PieceLine;
  readonly #open = new Map<number, Open>();
  readonly #waiting: (() => void)[] = [];
  readonly #connectTimer: NodeJS.Timeout;
  #nextId = 1;
  #lost = false;

  constructor(private readonly options: SourceLineOptions) {
    this.greeted = new Promise((resolve) => (this.#isGreeted = resolve));
    this.ready = new Promise((resolve) => (this.#isReady = resolve));
    const { holder, keys, self, connect = connectPieces } = options;
    this.#line = connect({
      address: holder.address,
      port: holder.port,
      serverKey: holder.curveKey,
      ...{ keys, self, detours: options.detours },
      onGreeted: () => this.#isGreeted(true),
      onReady: () => this.#beReady(),
      onAnswer: (answer) => this.#take(answer),
      onLost: (why) => this.#lose(why),
    });
    // Last, so that nothing remains of a line that could not even be opened.
    this.#connectTimer = setTimeout(() => this.#lose('broken'), CONNECT_LIMIT_MS);
  }

  /** The way its bytes take, as far as it is known. */
  get way(): Way | undefined {
    return this.#line.way;
  }

  /** Where its bytes come from; undefined before the source named that port. */
  get dataPort(): number | undefined {
    return this.#line.dataPort;
  }

  /** Never rejects. After `limitMs` the answer counts as lost. The bytes are the caller's own. */
  request(wanted: Wanted, limitMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve({ type: 'lost' }), limitMs);
      this.ask(wanted, (outcome) => {
        clearTimeout(timer);
        resolve(outcome.type === 'data' ? { ...outcome, body: outcome.body.slice() } : outcome);
      });
    });
  }

  /** `settle` is called once, however late: the caller watches the time. Bytes are valid until it returns. */
  ask(wanted: Wanted, settle: (outcome: Outcome) => void): void {
    const start = () => this.#send(wanted, settle);
    if (this.#open.size < ON_THE_WIRE_MAX) start();
    else this.#waiting.push(start);
  }

  close(): void {
    this.#lose('broken');
  }

  #send(wanted: Wanted, settle: Open['settle']): void {
    if (this.#lost) return settle({ type: 'lost' });
    const requestId = this.#nextId;
    this.#nextId = (this.#nextId % REQUEST_ID_MAX) + 1;
    this.#open.set(requestId, { settle });
    this.#line.request({ ...wanted, requestId });
  }

  #take(answer: PieceAnswer): void {
    const open = this.#open.get(answer.requestId);
    // An answer to a request that was never made, or was given up, is ignored (HOSTILE 41).
    if (!open) return;
    this.#open.delete(answer.requestId);
    open.settle(answer);
    if (this.#open.size < ON_THE_WIRE_MAX) this.#waiting.shift()?.();
  }

  #beReady(): void {
    clearTimeout(this.#connectTimer);
    this.#isReady(true);
  }

  #lose(why: PieceLost): void {
    if (this.#lost) return;
    this.#lost = true;
    clearTimeout(this.#connectTimer);
    this.#isGreeted(false);
    this.#isReady(false);
    this.#line.close();
    for (const { settle } of this.#open.values()) settle({ type: 'lost' });
    this.#open.clear();
    for (const start of this.#waiting.splice(0)) start();
    this.options.onLost(why);
  }
}
