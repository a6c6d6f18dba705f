/**
 * Serves contents to players: on this host, or on its network if that was requested; only to clients that know the
 * token.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Failure, type FileHash, asFailure, endpointText } from '@iwanto/wire';
import { type ByteRange, rangeIn } from './range.js';

const LOOPBACK = '127.0.0.1';
/** Nobody guesses them, and an address with them fits into a small QR code. */
const TOKEN_BYTES = 16;
/** Players open several connections at a time. */
const CONNECTIONS_MAX = 64;
const HEADER_BYTES_MAX = 8_192;
/** How long a client may take to send its head, in ms. */
const HEAD_LIMIT_MS = 5_000;
/** How often that is looked at, in ms; Node.js does so every half minute of itself. */
const LOOK_MS = 1_000;

/** One thing that can be asked for. */
export interface Served {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Its root: the same bytes have the same one. */
  readonly etag: FileHash;
  /** A page of another origin that knows the address may read it: subtitles, which browsers take only so. */
  readonly isForPages?: boolean;
  /** Ends early and silently when `signal` aborts. */
  bytes(range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface DoorOptions {
  /** Where it listens: the loopback interface, unless an address of this host in its network is given. */
  readonly address?: string | undefined;
  /** `first`: the first part of a path behind the token; the rest is only there to be read. */
  readonly served: (first: string) => Served | undefined;
  /** Bytes are missing: the client got less than it was promised. */
  readonly onFailed: (failure: Failure) => void;
}

export class HttpDoor {
  readonly #token = randomBytes(TOKEN_BYTES).toString('base64url');
  readonly #server: Server;

  constructor(private readonly options: DoorOptions) {
    this.#server = createServer(
      {
        maxHeaderSize: HEADER_BYTES_MAX,
        headersTimeout: HEAD_LIMIT_MS,
        requestTimeout: HEAD_LIMIT_MS,
        connectionsCheckingInterval: LOOK_MS,
      },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Resolves with the address of `path`, token included. */
  async open(): Promise<(path: string) => string> {
    this.#server.listen(0, this.options.address ?? LOOPBACK);
    await once(this.#server, 'listening');
    return (path) => `http://${this.#hosts[0]}/${this.#token}/${path}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The names by which it is asked for. */
  get #hosts(): string[] {
    const { port } = this.#server.address() as AddressInfo;
    const { address } = this.options;
    if (address !== undefined) return [endpointText(address, port)];
    return [endpointText(LOOPBACK, port), endpointText('localhost', port)];
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const served = this.#servedTo(request);
    // Guessing reveals nothing: every refusal looks the same.
    if (!served) return void response.writeHead(404).end();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    }
    for (const [name, value] of headersOf(served)) response.setHeader(name, value);
    const unmet = unmetCondition(request, served);
    if (unmet !== undefined) return void response.writeHead(unmet).end();
    const range = wantedRange(request, served);
    if (range === 'outside') {
      return void response.writeHead(416, { 'content-range': `bytes */${served.size}` }).end();
    }
    await this.#give({ request, response, served, range });
  }

  /** A page in a browser that rebinds its name comes with another Host, any other page with its Origin (HOSTILE 20). */
  #servedTo({ headers, url = '' }: IncomingMessage): Served | undefined {
    const { host, origin } = headers;
    if (host === undefined || !this.#hosts.includes(host)) return undefined;
    const served = this.#servedAt(url);
    if (served?.isForPages) return served;
    return origin === undefined || origin === `http://${host}` ? served : undefined;
  }

  #servedAt(url: string): Served | undefined {
    const [, token = '', first = ''] = url.split('/');
    const [given, right] = [Buffer.from(token), Buffer.from(this.#token)];
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    return this.options.served(first);
  }

  async #give({ request, response, served, range }: Giving): Promise<void> {
    const { from, to } = range ?? { from: 0, to: served.size };
    const head = () => {
      response.setHeader('content-length', to - from);
      if (range) response.setHeader('content-range', `bytes ${from}-${to - 1}/${served.size}`);
      response.writeHead(range ? 206 : 200);
    };
    if (request.method === 'HEAD' || from === to) {
      head();
      return void response.end();
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      // The head goes with the first bytes: until then there may be another answer.
      for await (const bytes of served.bytes({ from, to }, gone.signal)) {
        if (!response.headersSent) head();
        if (gone.signal.aborted) return;
        if (!response.write(bytes)) await drainedOrGone(response, gone.signal);
      }
      response.end();
    } catch (cause) {
      if (gone.signal.aborted) return;
      if (response.headersSent) response.destroy();
      else response.writeHead(503).end();
      this.options.onFailed(asFailure(cause));
    }
  }
}

interface Giving {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly served: Served;
  readonly range: ByteRange | undefined;
}

/** Without credentials: the token in the address is what is known. */
const CORS: [string, string][] = [['access-control-allow-origin', '*']];

const quoted = (etag: string) => `"${etag}"`;

/**
 * Scripts of a page that somebody shares run nowhere, and its address stays here. A browser that is given the address
 * of a film makes a page around it, which has to have our origin to load it.
 */
function headersOf({ name, type, etag, isForPages = false }: Served): [string, string][] {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16)}`,
  );
  return [
    ['accept-ranges', 'bytes'],
    ['content-type', type],
    ['content-disposition', `inline; filename="${plain}"; filename*=UTF-8''${exact}`],
    ['etag', quoted(etag)],
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
    ['content-security-policy', 'sandbox allow-same-origin'],
    ['cross-origin-resource-policy', isForPages ? 'cross-origin' : 'same-origin'],
    ...(isForPages ? CORS : []),
    ['referrer-policy', 'no-referrer'],
  ];
}

/** The status that a condition of the request asks for, instead of the content (RFC 9110, 13.1.1 and 13.1.2). */
function unmetCondition({ headers }: IncomingMessage, { etag }: Served): 304 | 412 | undefined {
  const { 'if-match': wanted, 'if-none-match': known } = headers;
  if (wanted !== undefined && !namesTag(wanted, quoted(etag))) return 412;
  // A weak tag of ours still means the same bytes.
  if (known !== undefined && namesTag(known.replaceAll('W/', ''), quoted(etag))) return 304;
  return undefined;
}

/** Whether a list of tags has this one; `*` is any. */
const namesTag = (list: string, tag: string): boolean =>
  list.split(',').some((one) => one.trim() === tag || one.trim() === '*');

/** Anything but a single range is answered with the whole content, as RFC 9110 requires. */
function wantedRange(
  { headers }: IncomingMessage,
  { etag, size }: Served,
): ByteRange | 'outside' | undefined {
  const [, text] = /^bytes=(.*)$/i.exec(headers.range ?? '') ?? [];
  const condition = headers['if-range'];
  if (text === undefined || (condition !== undefined && condition !== quoted(etag)))
    return undefined;
  const range = rangeIn(text.trim(), size);
  return range === 'malformed' ? undefined : range;
}

/** Waits until the client has consumed what was written, or is gone. */
function drainedOrGone(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      response.removeListener('drain', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    response.once('drain', end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
