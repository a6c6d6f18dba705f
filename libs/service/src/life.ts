/** One service from start to stop under a configuration that may change while it runs. */
import { type ServiceName, type VerbsOf, verbs } from '@iwanto/bus';
import { Failure } from '@iwanto/wire';
import { type ConfigInForce, sealedBy } from './in-force.js';
import type {
  OwnHandlers,
  Running,
  ServiceContext,
  ServiceDefinition,
} from './service-definition.js';
import { scopedBus } from './scoped-bus.js';

type AnyHandlers = Record<string, (question: unknown) => unknown>;

/** What a change of the configuration did. */
export interface Reloaded {
  /** The keys that differ from what was in force. */
  readonly changed: string[];
}

export class Life<S extends ServiceName> {
  #running: Running<S> | undefined;
  #bus: ReturnType<typeof scopedBus> | undefined;
  #reloading: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly definition: ServiceDefinition<S>,
    private readonly base: Omit<ServiceContext, 'config'>,
    private config: ConfigInForce,
  ) {}

  async begin(): Promise<void> {
    const scope = (this.#bus = scopedBus(this.base.bus, sealedBy(this.config)));
    try {
      const context = { ...this.base, bus: scope.bus, config: this.config };
      this.#running = await this.definition.start(context);
    } catch (cause) {
      scope.end();
      throw cause;
    }
  }

  /** Answers for the life that is running; between two lives there is none. */
  handlers(): OwnHandlers<S> {
    const { service } = this.definition;
    const own = Object.keys(verbs).filter(
      (name) => verbs[name as keyof typeof verbs].owner === service,
    );
    const answer = (name: string) => (question: unknown) => {
      const handler = (this.#running?.handlers as AnyHandlers | undefined)?.[name];
      if (handler) return handler(question);
      const sentence = `The ${service} service is applying a new configuration; try again.`;
      throw new Failure('E_NOT_RUNNING', sentence);
    };
    return Object.fromEntries(own.map((name) => [name, answer(name)])) as OwnHandlers<S> &
      VerbsOf<S>;
  }

  port = (): number => this.#running?.port() ?? 0;
  notes = (): string[] => this.#running?.notes?.() ?? [];
  troubles = (): string[] => this.#running?.troubles?.() ?? [];
  ready = (): void => this.#running?.ready?.();

  /** Applies another configuration, one at a time. Rejects, with the old one in force, if that is impossible. */
  reload(next: ConfigInForce): Promise<Reloaded> {
    const done = this.#reloading.then(() => this.#takeOver(next));
    this.#reloading = done.catch(() => undefined);
    return done;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    // What begins with a new configuration cannot be closed while it is half open.
    await this.#reloading;
    await this.#end();
  }

  async #takeOver(next: ConfigInForce): Promise<Reloaded> {
    const before = this.config;
    const changed = changedKeys(before, next);
    if (changed.length === 0 || this.#stopped) return { changed };
    this.base.log.level = next.logLevel;
    this.config = next;
    try {
      await this.#apply(before, next);
    } catch (cause) {
      this.config = before;
      this.base.log.level = before.logLevel;
      if (!this.#running) await this.begin();
      throw cause;
    }
    this.base.log.info(`the configuration changed: ${changed.join(', ')}`);
    this.base.statusChanged();
    return { changed };
  }

  /** Sockets are opened once per life: if their addresses change, another life begins. */
  async #apply(before: ConfigInForce, next: ConfigInForce): Promise<void> {
    const { fixedBy } = this.definition;
    if (isSame(fixedBy(before), fixedBy(next))) {
      await this.#running?.reconfigure?.(next);
      return;
    }
    await this.#end();
    if (!this.#stopped) await this.begin();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
    this.#bus?.end();
  }
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const changedKeys = (before: ConfigInForce, next: ConfigInForce): string[] =>
  (Object.keys(next) as (keyof ConfigInForce)[]).filter((key) => !isSame(before[key], next[key]));
