/** Everything that can be known before the first byte of content is fetched. */
import { requireRoom } from '../disk/disk.js';
import { type Plan, sizeOf } from '../disk/planned.js';
import { prefill } from '../disk/prefill.js';
import { refuseLarge } from './confirm.js';
import type { DownloadSpec } from './download-spec.js';
import type { Progress } from './progress.js';
import type { Spot } from './spot.js';

const BYTES_PER_MEBIBYTE = 1_048_576;

/** Failure for what the disk cannot keep or take; notes for what will be missing; equal files are put in place. */
export async function prepare(
  plan: Plan,
  spot: Spot,
  progress: Progress,
  { folder, confirmed }: Pick<DownloadSpec, 'folder' | 'confirmed'>,
): Promise<void> {
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
  await copyWhatIsHere(plan, spot, progress);
  progress.change({ state: 'running', files: plan.files.length, bytes });
}

async function copyWhatIsHere(
  plan: Plan,
  { have, target }: Spot,
  progress: Progress,
): Promise<void> {
  if (have.size === 0) return;
  const folders = target.openTree();
  try {
    const { files, bytes } = await prefill(plan, have, folders);
    if (files === 0) return;
    target.isResumed = true;
    const mebibytes = (bytes / BYTES_PER_MEBIBYTE).toFixed(1);
    progress.note(
      `${files} files (${mebibytes} MiB) lie on this disk already and are not fetched.`,
    );
  } finally {
    folders.close();
  }
}
