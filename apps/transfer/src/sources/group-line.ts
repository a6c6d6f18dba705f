/** The line to a member of a group, for a content that the group shares: contents are asked for by their names in the group. */
import { type Group, type GroupRoots, groupRoots } from '@iwanto/service';
import type { SourceLine, Wanted } from './source-line.js';

/** The part of a line that its users need. */
export type AskingLine = Pick<SourceLine, 'ask' | 'request' | 'greeted' | 'close'>;

/** While a passphrase changes, by the key that most members have. */
export function rootsOfGroups({
  groups,
}: {
  readonly groups: readonly Group[];
}): (group: string) => GroupRoots | undefined {
  const roots = new Map<string, GroupRoots>(
    groups.map(({ name, key, previous }) => [name, groupRoots(previous ?? key)]),
  );
  return (group) => roots.get(group);
}

export function groupLine(line: SourceLine, roots: GroupRoots): AskingLine {
  const named = (wanted: Wanted): Wanted => ({ ...wanted, root: roots.blind(wanted.root) });
  return {
    greeted: line.greeted,
    request: (wanted, limitMs) => line.request(named(wanted), limitMs),
    ask: (wanted, settle) => line.ask(named(wanted), settle),
    close: () => line.close(),
  };
}
