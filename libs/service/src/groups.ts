/** The groups that this host is a member of: their keys in one file of mode 0600, beside the host's own. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure, codeOf } from '@iwanto/wire';
import { z } from 'zod';
import { type Group, groupKeySchema, groupNameSchema } from './group-key.js';
import { takeLockPatiently } from './lock-patiently.js';
import type { Paths } from './paths.js';
import { refuseReadable } from './private-file.js';
import { writeSafely } from './safe-file.js';

const GROUPS_MAX = 64;
/** The format of the file. */
const GROUPS_VERSION = 1;
/** How long to wait for another process that is changing the file. */
const LOCK_LIMIT_MS = 5_000;

const fileSchema = z.object({
  version: z.literal(GROUPS_VERSION),
  groups: z
    .array(
      z.object({ name: groupNameSchema, key: groupKeySchema, previous: groupKeySchema.nullable() }),
    )
    .max(GROUPS_MAX),
});

export const groupsFile = ({ keysFile }: Pick<Paths, 'keysFile'>): string =>
  join(dirname(keysFile), 'groups.json');

/** None if there is no file. Throws E_BAD_PATH if others may read it (HOSTILE 159), or if it is damaged. */
export async function loadGroups(paths: Pick<Paths, 'keysFile'>): Promise<readonly Group[]> {
  const path = groupsFile(paths);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new Failure(
      'E_BAD_PATH',
      `The keys of groups ${path} cannot be read (${codeOf(cause)}).`,
    );
  });
  if (text === undefined) return [];
  await refuseReadable('the keys of groups', path);
  return groupsFrom(path, text);
}

function groupsFrom(path: string, text: string): readonly Group[] {
  try {
    return fileSchema.parse(JSON.parse(text)).groups;
  } catch {
    throw new Failure(
      'E_BAD_PATH',
      `The keys of groups ${path} are damaged, or of a newer iwanto: restore them, or delete the file and add each group again.`,
    );
  }
}

/** Replaces the file by the result of `change`, and returns it; two processes that change it do so one after the other. */
export async function changeGroups(
  paths: Pick<Paths, 'keysFile'>,
  change: (groups: readonly Group[]) => readonly Group[],
): Promise<readonly Group[]> {
  const path = groupsFile(paths);
  const lock = await takeLockPatiently(`${path}.lock`, {
    what: 'A change of the groups',
    limitMs: LOCK_LIMIT_MS,
  });
  try {
    const groups = change(await loadGroups(paths));
    if (groups.length > GROUPS_MAX) {
      throw new Failure('E_LIMIT', `A host has at most ${GROUPS_MAX} groups.`);
    }
    await writeSafely(path, `${JSON.stringify({ version: GROUPS_VERSION, groups }, null, 2)}\n`);
    return groups;
  } finally {
    await lock.release();
  }
}
