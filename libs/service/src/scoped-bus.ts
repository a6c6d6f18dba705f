/** The bus for one life of a service: its subscriptions end with it, the sockets stay. */
import type { Bus, FollowableTopic, NewsBody } from '@iwanto/bus';

export interface ScopedBus {
  readonly bus: Bus;
  /** Ends everything that was subscribed to or followed through `bus`. */
  end(): void;
}

/** News of the election says whose datagrams it heard; all other news is this host's own. */
const isOf = (sealedBy: string | undefined, body: NewsBody<FollowableTopic>): boolean =>
  !('peers' in body || 'leader' in body) || body.sealedBy === sealedBy;

/** `sealedBy` is the group of this life: an election that still runs in another mode knows peers outside it. */
export function scopedBus(whole: Bus, sealedBy?: string): ScopedBus {
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
      follow: (topic, heard) =>
        noted(whole.follow(topic, (body) => void (isOf(sealedBy, body) && heard(body)))),
      close: () => Promise.resolve(end()),
    },
    end,
  };
}
