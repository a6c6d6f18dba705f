/** The asker's end of a data line: proves its key, then opens one sealed frame after the other. */
import type { Socket } from 'node:net';
import {
  type Way,
  DATA_FRAME_BYTES_MAX,
  DATA_HEAD_BYTES,
  DATA_TAG_BYTES,
  type DataGrant,
  type DataHead,
  type PieceRequest,
  dataAssociated,
  decodeDataHead,
} from '@iwanto/wire';
import { DataSeal } from './data-seal.js';
import { type Detours, type Reached, type Reaching, reach } from './reach.js';

const NOTHING = new Uint8Array();
const READY_HEAD_ID = 0;

export interface DataLineOptions {
  readonly address: string;
  readonly grant: DataGrant;
  /** For when the uploader cannot be dialled. */
  readonly detours?: Detours | undefined;
  /** The way of the control line: tried first, beside the direct one. */
  readonly last?: Way | undefined;
  /** The request that is open under this id. */
  readonly requestOf: (requestId: number) => PieceRequest | undefined;
  readonly onReady: () => void;
  /** The bytes are valid until this returns: the next frame reuses their place. */
  readonly onBody: (requestId: number, body: Uint8Array<ArrayBuffer>) => void;
  /** Called once. `forged`: the received bytes were not sealed by the uploader. */
  readonly onLost: (why: 'broken' | 'forged') => void;
}

/**
 * Every byte is read straight to where it is needed: one buffer that holds a frame, never two,
 * opened in its own place.
 */
export class DataLine {
  readonly #frame = new Uint8Array(DATA_FRAME_BYTES_MAX);
  readonly #seal: DataSeal;
  readonly #reaching: Reaching;
  #socket: Socket | undefined;
  #way: Way | undefined;
  #filled = 0;
  #wanted = DATA_HEAD_BYTES;
  #head: DataHead | undefined;
  #isReady = false;
  #isLost = false;

  constructor(private readonly options: DataLineOptions) {
    const { address, grant } = options;
    this.#seal = new DataSeal(grant.uploaderKey);
    this.#reaching = reach({
      ...{ address, port: grant.port, allowHalfOpen: false, line: 'data' },
      ...{ detours: options.detours, last: options.last },
      onread: {
        buffer: () => this.#frame.subarray(this.#filled, this.#wanted),
        callback: (bytes) => this.#take(bytes),
      },
    });
    this.#reaching.reached.then(
      (reached) => this.#begin(reached),
      () => this.#lose('broken'),
    );
  }

  /** The port of the uploader that was dialled. */
  get port(): number {
    return this.options.grant.port;
  }

  /** The way the bytes take; undefined before they can flow. */
  get way(): Way | undefined {
    return this.#way;
  }

  #begin({ socket, way }: Reached): void {
    this.#socket = socket;
    this.#way = way;
    if (this.#isLost) return void socket.destroy();
    for (const end of ['error', 'close', 'end'] as const)
      socket.on(end, () => this.#lose('broken'));
    if (way.kind !== 'direct') socket.on('data', (bytes) => this.#pour(bytes));
    socket.write(helloOf(this.options.grant));
  }

  /** A connection that was not dialled for this delivers bytes in buffers of its own: they are copied to where they are needed. */
  #pour(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length && !this.#isLost;) {
      const part = bytes.subarray(from, from + this.#wanted - this.#filled);
      this.#frame.set(part, this.#filled);
      from += part.length;
      this.#take(part.length);
    }
  }

  close(): void {
    this.#isLost = true;
    this.#reaching.cancel();
    this.#socket?.destroy();
  }

  /** Reads nothing more from the uploader: what it sends stays in its own memory. */
  pause(): void {
    this.#socket?.pause();
  }

  /** Returns whether to continue reading. */
  #take(bytes: number): boolean {
    this.#filled += bytes;
    if (this.#filled === this.#wanted && !this.#advance()) this.#lose('forged');
    return !this.#isLost;
  }

  #advance(): boolean {
    if (this.#head) return this.#openFrame(this.#head);
    this.#head = decodeDataHead(this.#frame.subarray(0, DATA_HEAD_BYTES));
    this.#wanted = DATA_HEAD_BYTES + (this.#head?.length ?? 0) + DATA_TAG_BYTES;
    return this.#head !== undefined;
  }

  #openFrame(head: DataHead): boolean {
    const associated = this.#associatedOf(head);
    const end = DATA_HEAD_BYTES + head.length;
    const body = this.#frame.subarray(DATA_HEAD_BYTES, end);
    const tag = this.#frame.subarray(end, this.#wanted);
    const isOpen = associated && this.#seal.openInPlace(associated, body, tag);
    this.#head = undefined;
    this.#filled = 0;
    this.#wanted = DATA_HEAD_BYTES;
    if (!isOpen) return false;
    if (this.#isReady) this.options.onBody(head.requestId, body);
    else this.options.onReady();
    this.#isReady = true;
    return true;
  }

  #associatedOf({ requestId, length }: DataHead): Uint8Array | undefined {
    if (!this.#isReady) {
      return requestId === READY_HEAD_ID && length === 0 ? this.options.grant.lineId : undefined;
    }
    const request = this.options.requestOf(requestId);
    return request && dataAssociated(request, length);
  }

  #lose(why: 'broken' | 'forged'): void {
    if (this.#isLost) return;
    this.close();
    this.options.onLost(why);
  }
}

/** The only bytes that the asker sends. */
export function helloOf({ askerKey, lineId }: DataGrant): Uint8Array {
  const tag = new DataSeal(askerKey).sealInPlace(lineId, NOTHING);
  return Buffer.concat([lineId, tag]);
}
