/** News of one host: each service publishes its topics, others subscribe to or follow them. */
import { reasonOf } from '@iwanto/wire';
import { Publisher, Subscriber } from 'zeromq';
import { type NewsBody, type Topic, news } from './contract.js';
import { checked, pack, unpack } from './codec.js';
import { listenerSocket, tellerSocket } from './limits.js';
import { Outbox } from './outbox.js';
import type { ServiceName } from './shapes.js';
import type { OnTrouble } from './trouble.js';
import { messages } from './turns.js';

/** The sending side of one service's news. */
export class Teller {
  readonly #socket = new Publisher(tellerSocket);
  readonly #outbox = new Outbox(this.#socket);
  #isBound = false;

  constructor(private readonly onTrouble: OnTrouble) {}

  bindSync(address: string): void {
    this.#socket.bindSync(address);
    this.#isBound = true;
  }

  unbindSync(address: string): void {
    this.#socket.unbindSync(address);
  }

  /** Queues one piece of news; only a slow listener loses it (HOSTILE 29). */
  tell<T extends Topic>(topic: T, body: NewsBody<T>): void {
    const bytes = pack(checked(news[topic].body, body, `The news "${topic}"`));
    // Before that nobody can be listening.
    if (!this.#isBound) return;
    this.#outbox
      .send([topic, bytes])
      .catch((cause: unknown) => this.onTrouble(`News ${topic} was not sent: ${reasonOf(cause)}.`));
  }

  close(): void {
    this.#socket.close();
  }
}

type Heard = (body: unknown) => void;

/** The listening side for all topics of one service. */
export class Listener {
  readonly #socket = new Subscriber(listenerSocket);
  readonly #heard = new Map<Topic, Set<Heard>>();
  readonly #cameBack = new Set<() => void>();

  constructor(
    private readonly owner: ServiceName,
    address: string,
    private readonly onTrouble: OnTrouble,
  ) {
    this.#socket.events.on('handshake', () => this.#cameBack.forEach((told) => told()));
    this.#socket.connect(address);
    void this.#listen();
  }

  /** Calls `heard` with each body of `topic`; returns the way to stop. */
  on<T extends Topic>(topic: T, heard: (body: NewsBody<T>) => void): () => void {
    const listeners = this.#heard.get(topic) ?? new Set<Heard>();
    if (listeners.size === 0) this.#socket.subscribe(topic);
    this.#heard.set(topic, listeners.add(heard as Heard));
    return () => {
      listeners.delete(heard as Heard);
      if (listeners.size === 0 && !this.#socket.closed) this.#socket.unsubscribe(topic);
    };
  }

  /** Calls `told` each time the owner's socket is back. */
  onCameBack(told: () => void): () => void {
    this.#cameBack.add(told);
    return () => this.#cameBack.delete(told);
  }

  close(): void {
    this.#socket.close();
  }

  async #listen(): Promise<void> {
    for await (const [name, bytes] of messages(this.#socket)) {
      const topic = name?.toString('utf8') as Topic;
      const listeners = this.#heard.get(topic);
      if (!listeners || !bytes) continue;
      try {
        const body = checked(news[topic].body, unpack(bytes), `The news "${topic}"`);
        for (const heard of [...listeners]) heard(body);
      } catch (cause) {
        this.onTrouble(`News ${topic} from ${this.owner} could not be taken: ${reasonOf(cause)}`);
      }
    }
  }
}
