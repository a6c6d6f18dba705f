/** Which contents this host already has or is fetching: the mark in front of a search result. */
import { type Bus, CONTENTS_MAX } from '@iwanto/bus';
import { Failure, type FileHash } from '@iwanto/wire';

export type HeldHere = 'here' | 'fetching' | 'unfinished';

/** Results beyond these get no mark: nobody reads them one by one. */
const MARKED_MAX = 1_024;

/** What is known of each hash that is found; a hash that is unknown here is absent. Downloads are asked for meanwhile. */
export async function heldHere(
  bus: Bus,
  found: Promise<readonly FileHash[]>,
): Promise<Map<FileHash, HeldHere>> {
  const [downloads, shared] = await Promise.all([
    unlessSilent(bus.call('download.list', {}).then((answer) => answer.downloads)),
    found.then((hashes) => unlessSilent(sharedHere(bus, hashes.slice(0, MARKED_MAX)))),
  ]);
  const held = new Map<FileHash, HeldHere>();
  for (const { hash, state } of downloads) held.set(hash, MARK_OF_STATE[state]);
  for (const hash of shared) held.set(hash, 'here');
  return held;
}

/** Those of the contents that this host shares itself. */
export async function sharedHere(bus: Bus, hashes: readonly FileHash[]): Promise<Set<FileHash>> {
  const parts = Array.from({ length: Math.ceil(hashes.length / CONTENTS_MAX) }, (_, at) =>
    hashes.slice(at * CONTENTS_MAX, (at + 1) * CONTENTS_MAX),
  );
  const answers = await Promise.all(
    parts.map((part) => bus.call('content.find', { hashes: part })),
  );
  return new Set(answers.flatMap(({ contents }) => contents.map(({ hash }) => hash)));
}

const MARK_OF_STATE = {
  locating: 'fetching',
  running: 'fetching',
  stalled: 'fetching',
  paused: 'unfinished',
  done: 'here',
  failed: 'unfinished',
  cancelled: 'unfinished',
} as const;

/** A mark is a comfort: without the service that knows it there is none. */
async function unlessSilent<T>(answer: Promise<Iterable<T>>): Promise<Iterable<T>> {
  return answer.catch((cause: unknown) => {
    if (cause instanceof Failure) return [];
    throw cause;
  });
}
