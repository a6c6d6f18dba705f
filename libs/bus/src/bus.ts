/** The local bus: call, serve, publish, subscribe and follow over ipc sockets in one private directory. */
import { join } from 'node:path';
import type { AnswerOf, QuestionOf } from '@iwanto/wire';
import { Dealer, Router } from 'zeromq';
import { type Handlers, answerVerbs } from './answer.js';
import { Asker } from './ask.js';
import {
  type FollowableTopic,
  type NewsBody,
  type Topic,
  type TopicsOf,
  type VerbName,
  type Verbs,
  type VerbsOf,
  news,
  verbs,
} from './contract.js';
import { followTopic } from './follow.js';
import {
  BUSY_LIMIT_MS,
  CONNECT_LIMIT_MS,
  answererSocket,
  busAskerSocket,
  busSocket,
} from './limits.js';
import { Listener, Teller } from './news.js';
import { nobodyListens } from './probe.js';
import { type Bindable, ServedSocket } from './served-socket.js';
import type { ServiceName } from './shapes.js';
import { type OnTrouble, noTrouble } from './trouble.js';

export interface BusOptions {
  /** The directory of the sockets; created with mode 0700 by the first service. */
  readonly runDir: string;
  readonly onTrouble?: OnTrouble;
  /** True if a person waits: an absent owner is reported immediately, a busy one gets more time. */
  readonly impatient?: boolean;
}

/** The connection of one process to the other processes of its host. */
export interface Bus {
  /** Asks the verb's owner. Rejects with a Failure: E_NOT_RUNNING, E_TIMEOUT or the owner's own refusal. */
  call<V extends VerbName>(
    verb: V,
    question: QuestionOf<Verbs, V>,
    options?: { limitMs?: number },
  ): Promise<AnswerOf<Verbs, V>>;
  /** Answers all verbs of `service` and opens its news; the caller holds the service's lock. */
  serve<S extends ServiceName>(service: S, handlers: Handlers<VerbsOf<S>>): Promise<void>;
  /** Publishes news of the served service; before `serve` nobody can be listening and nothing is sent. */
  publish<T extends Topic>(topic: T, body: NewsBody<T>): void;
  /** News only, from now on. */
  subscribe<T extends Topic>(topic: T, heard: (body: NewsBody<T>) => void): () => void;
  /** The present state and then each newer one, also after the owner restarted. */
  follow<T extends FollowableTopic>(topic: T, heard: (body: NewsBody<T>) => void): () => void;
  close(): Promise<void>;
}

/** The bus as one service has it: it publishes its own topics only. */
export type ServiceBus<S extends ServiceName> = Omit<Bus, 'publish'> & {
  publish<T extends TopicsOf<S>>(topic: T, body: NewsBody<T>): void;
};

const addressOf = (runDir: string, service: ServiceName, line: 'verbs' | 'news') =>
  `ipc://${join(runDir, `${service}.${line}`)}`;

/** The bus of the host whose sockets are in `runDir`. */
export function openBus({
  runDir,
  onTrouble = noTrouble,
  impatient = false,
}: BusOptions): Promise<Bus> {
  return Promise.resolve(new IpcBus(runDir, onTrouble, impatient));
}

class IpcBus implements Bus {
  readonly #askers = new Map<ServiceName, Asker<Verbs>>();
  readonly #listeners = new Map<ServiceName, Listener>();
  readonly #unfollow = new Set<() => void>();
  readonly #served: ServedSocket[] = [];
  #router: Router | undefined;
  #teller: Teller | undefined;

  constructor(
    private readonly runDir: string,
    private readonly onTrouble: OnTrouble,
    private readonly impatient: boolean,
  ) {}

  call<V extends VerbName>(
    verb: V,
    question: QuestionOf<Verbs, V>,
    options: { limitMs?: number } = {},
  ): Promise<AnswerOf<Verbs, V>> {
    return this.#asker(verbs[verb].owner).ask(verb, question, options.limitMs);
  }

  async serve<S extends ServiceName>(service: S, handlers: Handlers<VerbsOf<S>>): Promise<void> {
    this.#router = new Router({ ...busSocket, ...answererSocket });
    this.#teller = new Teller(this.onTrouble);
    await this.#bind(this.#router, `${service}.verbs`);
    await this.#bind(this.#teller, `${service}.news`);
    const table = Object.fromEntries(
      Object.entries(verbs).filter(([, row]) => row.owner === service),
    ) as VerbsOf<S>;
    void answerVerbs(this.#router, { table, handlers, onTrouble: this.onTrouble });
  }

  publish<T extends Topic>(topic: T, body: NewsBody<T>): void {
    this.#teller?.tell(topic, body);
  }

  subscribe<T extends Topic>(topic: T, heard: (body: NewsBody<T>) => void): () => void {
    return this.#listener(news[topic].owner).on(topic, heard);
  }

  follow<T extends FollowableTopic>(topic: T, heard: (body: NewsBody<T>) => void): () => void {
    const listener = this.#listener(news[topic].owner);
    const stop = followTopic(topic, { listener, call: (verb) => this.call(verb, {}), heard });
    this.#unfollow.add(stop);
    return () => {
      this.#unfollow.delete(stop);
      stop();
    };
  }

  async close(): Promise<void> {
    for (const served of this.#served) served.close();
    for (const stop of this.#unfollow) stop();
    for (const asker of this.#askers.values()) asker.close();
    for (const listener of this.#listeners.values()) listener.close();
    this.#router?.close();
    this.#teller?.close();
  }

  async #bind(socket: Bindable, name: string): Promise<void> {
    const served = new ServedSocket(socket, join(this.runDir, name), this.onTrouble);
    this.#served.push(served);
    await served.bind();
  }

  #asker(owner: ServiceName): Asker<Verbs> {
    const known = this.#askers.get(owner);
    if (known) return known;
    const dealer = new Dealer({ ...busSocket, ...busAskerSocket, linger: 0 });
    const asker = new Asker(dealer, {
      table: verbs,
      whom: `The ${owner} service`,
      connectLimitMs: this.impatient ? BUSY_LIMIT_MS : CONNECT_LIMIT_MS,
      ...(this.impatient && { absent: () => nobodyListens(join(this.runDir, `${owner}.verbs`)) }),
      advice: 'start it with "iwanto start"',
    });
    dealer.connect(addressOf(this.runDir, owner, 'verbs'));
    this.#askers.set(owner, asker);
    return asker;
  }

  #listener(owner: ServiceName): Listener {
    const known = this.#listeners.get(owner);
    if (known) return known;
    const listener = new Listener(owner, addressOf(this.runDir, owner, 'news'), this.onTrouble);
    this.#listeners.set(owner, listener);
    return listener;
  }
}
