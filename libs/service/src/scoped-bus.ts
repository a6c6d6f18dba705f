/** The bus as one life of a service sees it: what it listens to ends with it, the sockets stay. */
import type { Bus } from '@iwanto/bus';

export interface ScopedBus {
  readonly bus: Bus;
  /** Ends everything that was subscribed to or followed through `bus`. */
  end(): void;
}

export function scopedBus(whole: Bus): ScopedBus {
  const ends = new Set<() => void>();
  const noted = (stop: () => void) => {
    ends.add(stop);
    return () => {
      ends.delete(stop);
      stop();
    };
  };
  const end = () => {
    for (const stop of ends) stop();
    ends.clear();
  };
  return {
    bus: {
      call: (verb, question, options) => whole.call(verb, question, options),
      serve: (service, handlers) => whole.serve(service, handlers),
      publish: (topic, body) => whole.publish(topic, body),
      subscribe: (topic, heard) => noted(whole.subscribe(topic, heard)),
      follow: (topic, heard) => noted(whole.follow(topic, heard)),
      close: () => Promise.resolve(end()),
    },
    end,
  };
}
