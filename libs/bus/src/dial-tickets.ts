/** Connections that another host was asked to open: each shows a ticket that only that host was given. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { Failure, TICKET_BYTES, type Ticket } from '@iwanto/wire';

/** How long a requested connection may take, in ms. */
const ARRIVAL_LIMIT_MS = 3_000;
const EXPECTED_MAX = 256;

export interface Expected {
  readonly ticket: Ticket;
  /** Rejects when nobody showed the ticket in time. */
  readonly arrived: Promise<Socket>;
}

interface Waiting {
  readonly timer: NodeJS.Timeout;
  readonly arrive: (socket: Socket) => void;
  readonly fail: (cause: Failure) => void;
}

export class DialTickets {
  readonly #waiting = new Map<string, Waiting>();

  /** A fresh ticket, valid once. */
  expect(): Expected {
    const ticket = randomBytes(TICKET_BYTES).toString('hex') as Ticket;
    const arrived = new Promise<Socket>((arrive, fail) => {
      if (this.#waiting.size >= EXPECTED_MAX) return fail(tooMany());
      const timer = setTimeout(() => {
        this.#waiting.delete(ticket);
        fail(notOpened());
      }, ARRIVAL_LIMIT_MS);
      this.#waiting.set(ticket, { timer, arrive, fail });
    });
    return { ticket, arrived };
  }

  /** Hands the connection to the call that waits for it; false if none does. */
  redeem(ticket: string, socket: Socket): boolean {
    const waiting = this.#waiting.get(ticket);
    if (!waiting) return false;
    clearTimeout(waiting.timer);
    this.#waiting.delete(ticket);
    waiting.arrive(socket);
    return true;
  }

  close(): void {
    for (const { timer, fail } of this.#waiting.values()) {
      clearTimeout(timer);
      fail(notOpened());
    }
    this.#waiting.clear();
  }
}

const notOpened = () =>
  new Failure('E_TIMEOUT', 'The other host was asked to open the line and did not.');

const tooMany = () =>
  new Failure('E_LIMIT', 'Too many other hosts were asked to open a line at the same time.');
