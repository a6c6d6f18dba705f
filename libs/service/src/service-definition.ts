/** What a service is to the program that runs it: how it starts, what it answers, what it has while it runs. */
import type { Handlers, ServiceBus, ServiceName, VerbsOf } from '@iwanto/bus';
import type { Identity } from './identity.js';
import type { ConfigInForce } from './in-force.js';
import type { Log } from './log.js';
import type { Paths } from './paths.js';

/** The verbs that a service answers itself; `<service>.status`, `.stop` and `.reload` are answered for it. */
export type OwnHandlers<S extends ServiceName> = Omit<
  Handlers<VerbsOf<S>>,
  `${S}.status` | `${S}.stop` | `${S}.reload`
>;

export interface ServiceContext<S extends ServiceName = ServiceName> {
  readonly paths: Paths;
  readonly config: ConfigInForce;
  readonly identity: Identity;
  readonly log: Log;
  readonly bus: ServiceBus<S>;
  /** To be called when port or notes changed. */
  statusChanged(): void;
}

export interface Running<S extends ServiceName> {
  readonly handlers: OwnHandlers<S>;
  /** The port open to other hosts, 0 while there is none. */
  port(): number;
  notes?(): string[];
  /** Problems with the network and what a user can do about them, one sentence each. */
  troubles?(): string[];
  /** Called once, when the service is answering on the bus. */
  ready?(): void;
  /** Applies changes of the configuration, except what `fixedBy` names. */
  reconfigure?(config: ConfigInForce): void | Promise<void>;
  stop(): Promise<void>;
}

export interface ServiceDefinition<S extends ServiceName> {
  readonly service: S;
  /** The part of the configuration that holds for a whole life of the service: another value needs a new start inside the process. */
  readonly fixedBy: (config: ConfigInForce) => unknown;
  readonly start: (context: ServiceContext<S>) => Promise<Running<S>>;
}
