/** Everything that can be known before the first byte of content is fetched. */
import { sizeText } from '@iwanto/wire';
import { requireRoom } from '../disk/disk.js';
import { type Plan, sizeOf } from '../disk/planned.js';
import { type Copied, prefill } from '../disk/prefill.js';
import { refuseLarge } from './confirm.js';
import type { DownloadSpec } from './download-spec.js';
import { type HereTools, filesHere } from './here.js';
import type { Progress } from './progress.js';
import type { Spot } from './spot.js';

export interface Preparing extends HereTools, Pick<DownloadSpec, 'folder' | 'confirmed'> {
  readonly progress: Progress;
}

/** Failure for what the disk cannot store; notes for what will be missing; equal files are copied into place. */
export async function prepare(plan: Plan, spot: Spot, preparing: Preparing): Promise<void> {
  const { folder, confirmed, progress } = preparing;
  const { target } = spot;
  const bytes = sizeOf(plan);
  const entries = plan.files.length + plan.folders.length + plan.links.length;
  const missing = Math.max(0, bytes - target.spaceTaken());
  requireRoom(folder, missing, target.isResumed ? 0 : entries);
  if (!confirmed) refuseLarge(progress.current.name, bytes, entries);
  const { notes, isFaithful } = await target.tryOut(plan);
  for (const note of notes) progress.note(note);
  spot.isFaithful = isFaithful;
  await target.prune(plan);
  await copyWhatIsHere(plan, spot, preparing);
  progress.change({ state: 'running', files: plan.files.length, bytes });
}

async function copyWhatIsHere(plan: Plan, spot: Spot, preparing: Preparing): Promise<void> {
  const { target } = spot;
  const equal = new Map([...(await filesHere(plan, preparing)), ...spot.have]);
  const folders = target.openTree();
  try {
    const copied = await prefill(plan, { equal, olderOf: (path) => spot.olderOf(path) }, folders);
    if (copied.equal.files + copied.older.files === 0) return;
    target.isResumed = true;
    for (const note of notesOf(copied)) preparing.progress.note(note);
  } finally {
    folders.close();
  }
}

function notesOf({ equal, older }: { readonly equal: Copied; readonly older: Copied }): string[] {
  const many = ({ files, bytes }: Copied) =>
    `${files} ${files === 1 ? 'file' : 'files'} (${sizeText(bytes)})`;
  const notes: string[] = [];
  if (equal.files > 0) {
    notes.push(
      equal.files === 1
        ? `${many(equal)} is already on this disk and is not fetched.`
        : `${many(equal)} are already on this disk and are not fetched.`,
    );
  }
  if (older.files > 0) {
    notes.push(
      `An older version of ${many(older)} is on this disk: only the parts that differ are fetched.`,
    );
  }
  return notes;
}
