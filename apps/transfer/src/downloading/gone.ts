/** The failure for a content that its sources changed or removed while it was being fetched. */
import type { Bus } from '@iwanto/bus';
import { Failure, type FileHash, type Kind, QUERY_CHARACTERS_MAX } from '@iwanto/wire';

/** Search results examined for the same name. */
const RESULTS_MAX = 50;

export interface Gone {
  readonly root: FileHash;
  readonly kind: Kind;
  readonly name: string;
  /** Its name is not searched for: the leader would hear it. */
  readonly ofGroup: boolean;
}

/** E_CHANGED, with the hash of what now has the name if there is exactly one. */
export async function goneFailure(bus: Pick<Bus, 'call'>, gone: Gone): Promise<Failure> {
  const now = await successorOf(bus, gone);
  const sentence =
    now === undefined
      ? `${gone.name} is gone: nobody offers it any more. What has arrived is kept; it resumes when somebody offers it again.`
      : `${gone.name} changed at the source and is now ${now}: "iwanto download ${now.slice(0, 8)}" fetches only the parts that changed.`;
  return new Failure('E_CHANGED', sentence);
}

async function successorOf(bus: Pick<Bus, 'call'>, { root, kind, name, ofGroup }: Gone) {
  if (ofGroup) return undefined;
  try {
    const query = Array.from(name).slice(0, QUERY_CHARACTERS_MAX).join('');
    const { results } = await bus.call('search', { query, limit: RESULTS_MAX });
    const same = results.filter(
      (one) => one.hash !== root && one.kind === kind && one.name === name,
    );
    return same.length === 1 ? same[0]?.hash : undefined;
  } catch {
    // No leader just now: that it is gone is reported all the same.
    return undefined;
  }
}
