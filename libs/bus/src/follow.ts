/** Following a topic: subscribe first, then get, then take only what is newer (ZeroMQ guide, Clone pattern). */
import { type NewsBody, type Topic, type VerbName, news } from './contract.js';
import type { Listener } from './news.js';

/** News can be lost to a slow socket; the state is asked for again this often, in ms. */
const REFRESH_MS = 30_000;

/** A subscription reaches the publisher shortly after the handshake: what was published in between is asked for. */
const SECOND_GET_MS = 250;

export interface FollowOptions<T extends Topic> {
  readonly listener: Listener;
  readonly call: (verb: VerbName) => Promise<unknown>;
  readonly heard: (body: NewsBody<T>) => void;
}

type Revised = { readonly revision: number };

/** Calls `heard` with the present state and each newer one; returns the way to stop. */
export function followTopic<T extends Topic>(topic: T, options: FollowOptions<T>): () => void {
  const row = news[topic];
  const get: VerbName | undefined = 'get' in row ? row.get : undefined;
  if (!get) throw new Error(`The topic ${topic} has no state to follow.`);
  let newest = -1;
  const take = (body: NewsBody<T>) => {
    const { revision } = body as Revised;
    if (revision <= newest) return;
    newest = revision;
    options.heard(body);
  };
  /** An owner that is not there yet is not a fault: its return starts the next get. */
  const refresh = () =>
    void options.call(get).then((body) => take(body as NewsBody<T>), waitForNextRefresh);
  const timers = new Set<NodeJS.Timeout>([setInterval(refresh, REFRESH_MS)]);
  const stopListening = options.listener.on(topic, take);
  const stopWatching = options.listener.onCameBack(() => {
    newest = -1;
    refresh();
    timers.add(setTimeout(refresh, SECOND_GET_MS));
  });
  refresh();
  return () => {
    stopListening();
    stopWatching();
    for (const timer of timers) clearInterval(timer);
  };
}

const waitForNextRefresh = () => undefined;
