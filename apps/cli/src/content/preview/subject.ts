/** What a preview shows: a file, or the one file of a folder that says most about it. */
import type { Bus, ReadFile, ReadOpened } from '@iwanto/bus';
import type { Wanted } from '../bytes.js';
import { filesIn } from '../folder.js';
import { typeOf } from '../playlist.js';

export type SubjectKind = 'film' | 'song' | 'photo' | 'other';

export interface Subject extends Wanted {
  readonly name: string;
  readonly size: number;
  readonly kind: SubjectKind;
}

/** The largest film of a folder, else its largest photo, else its first song; undefined if it has none of them. */
export async function subjectOf(bus: Bus, opened: ReadOpened): Promise<Subject | ReadFile[]> {
  const { hash, name, size } = opened;
  if (opened.kind === 'file') return { hash, name, size, kind: kindOf(name) };
  const files = await filesIn(bus, hash);
  const [best] = files
    .filter(({ path }) => kindOf(path) !== 'other')
    .sort((one, other) => rankOf(other) - rankOf(one) || other.size - one.size);
  if (!best) return files;
  const called = best.path.slice(best.path.lastIndexOf('/') + 1);
  return { hash: best.hash, within: hash, name: called, size: best.size, kind: kindOf(called) };
}

const RANKS: readonly SubjectKind[] = ['other', 'song', 'photo', 'film'];
const rankOf = ({ path }: ReadFile) => RANKS.indexOf(kindOf(path));

function kindOf(name: string): SubjectKind {
  const [kind, form] = typeOf(name).split('/');
  if (kind === 'video') return 'film';
  if (kind === 'audio') return 'song';
  return kind === 'image' && form !== 'svg+xml' ? 'photo' : 'other';
}
