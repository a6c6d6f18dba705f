/** The two verbs that every service answers alike: status and stop. */
import type { Bus, ServiceName, ServiceStatus } from '@iwanto/bus';
import type { Identity } from './identity.js';
import { version } from './version.js';

export interface ServiceState {
  readonly service: ServiceName;
  readonly identity: Identity;
  readonly bus: Bus;
  ready: boolean;
  life?: { port(): number; notes(): string[]; troubles(): string[] };
}

/** A stop must not overtake its own answer. */
const ANSWER_FIRST_MS = 20;

/** The handlers, and the call that publishes that something in the status changed. */
export function statusHandlers(state: ServiceState, stop: (why: string) => void) {
  const { service, identity, bus } = state;
  const startedMs = performance.now();
  let revision = 0;
  const status = (): ServiceStatus => ({
    service,
    peer: identity.peer,
    pid: process.pid,
    version,
    ready: state.ready,
    port: state.life?.port() ?? 0,
    startedMsAgo: Math.round(performance.now() - startedMs),
    notes: state.life?.notes() ?? [],
    troubles: state.life?.troubles() ?? [],
    revision,
  });
  return {
    handlers: {
      [`${service}.status`]: status,
      [`${service}.stop`]: () => {
        setTimeout(() => stop('asked over the bus'), ANSWER_FIRST_MS);
        return {};
      },
    },
    changed: () => {
      revision += 1;
      bus.publish(`${service}.changed`, status());
    },
  };
}
