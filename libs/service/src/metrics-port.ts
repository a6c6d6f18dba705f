/** Metrics at http://127.0.0.1:PORT/metrics, for as long as a port is given. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Failure, codeOf, reasonOf } from '@iwanto/wire';
import type { MetricsText } from './metrics.js';

const LOOPBACK = '127.0.0.1';
/** How long a slow scraper may take to send its request. */
const REQUEST_LIMIT_MS = 5_000;
/** How long to wait for a port that another program has, in ms. */
const RETRY_MS = 30_000;
/** Scrapers at the same time; further ones are refused. */
const CONNECTIONS_MAX = 16;
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export class MetricsPort {
  #server: Server | undefined;
  /** The port that is open, or that is waited for. */
  #port = 0;
  #retry: NodeJS.Timeout | undefined;
  /** One look serves all requests in the meantime: more scrapers do not mean more requests to the services. */
  #look: Promise<MetricsText> | undefined;
  /** One sentence while a port is waited for; empty while all is well. */
  note = '';

  constructor(private readonly figures: () => Promise<MetricsText>) {}

  /** For a start, which must not fail for want of a port: reports it once, and waits until the port is free. */
  async begin(port: number, tell: (sentence: string) => void): Promise<void> {
    await this.use(port).catch((cause: unknown) => {
      if (this.note === '') tell(reasonOf(cause));
      this.note = reasonOf(cause);
      this.#port = port;
      this.#retry = setTimeout(() => {
        this.#port = 0;
        void this.begin(port, tell);
      }, RETRY_MS);
    });
  }

  /** Serves only at this port from now on, 0 for none. Throws E_BAD_REQUEST, with the old one still open, if it is taken. */
  async use(port: number): Promise<void> {
    if (port === this.#port) return;
    const server = port === 0 ? undefined : await this.#open(port);
    await this.close();
    this.#server = server;
    this.#port = port;
  }

  async close(): Promise<void> {
    clearTimeout(this.#retry);
    const server = this.#server;
    this.#server = undefined;
    this.#port = 0;
    this.note = '';
    if (!server) return;
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  }

  async #open(port: number): Promise<Server> {
    // Loaded only here: without a port nobody needs it.
    const { createServer } = await import('node:http');
    const server = createServer({ requestTimeout: REQUEST_LIMIT_MS }, (request, response) =>
      this.#answer(port, request, response),
    );
    server.maxConnections = CONNECTIONS_MAX;
    return new Promise((opened, failed) => {
      server.once('error', (cause) => {
        const sentence = `The port ${port} for metrics cannot be used (${codeOf(cause)}); choose another one.`;
        failed(new Failure('E_BAD_REQUEST', sentence));
      });
      server.listen(port, LOOPBACK, () => opened(server));
    });
  }

  #answer(port: number, request: IncomingMessage, response: ServerResponse): void {
    // A page in a browser must not read them: only a program that names this address gets an answer.
    const isOwn = [LOOPBACK, 'localhost'].some(
      (host) => request.headers.host === `${host}:${port}`,
    );
    if (request.method !== 'GET' || request.url !== '/metrics' || !isOwn) {
      response.writeHead(404).end('See /metrics\n');
      return;
    }
    this.#look ??= this.figures().finally(() => (this.#look = undefined));
    this.#look.then(
      ({ text }) => response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text),
      (cause: unknown) => response.writeHead(503).end(`${reasonOf(cause)}\n`),
    );
  }
}
