/** One content is fetched to one place at a time: what happens when another place is named. */
import type { Download as DownloadView } from '@iwanto/bus';
import type { SavedDownload } from '@iwanto/store';
import { Failure } from '@iwanto/wire';
import type { Download } from './download.js';
import type { StartQuestion } from './download-spec.js';
import { goesOnByItself } from './saved.js';

/** Whether it ended before its first byte, and would do so again. */
export const wasRefused = (saved: SavedDownload): boolean =>
  saved.bytesDone === 0 && saved.failure !== null && !saved.paused && !goesOnByItself(saved);

/** E_EXISTS: a download under another name, or in another folder, is not complete yet. */
export function elsewhere({ hash, name, folder, bytes, bytesDone }: SavedDownload): Failure {
  const percent = bytes === 0 ? 0 : Math.floor((100 * bytesDone) / bytes);
  const short = hash.slice(0, 8);
  return new Failure(
    'E_EXISTS',
    `${percent} % of this content is already in ${folder}, as ${name}: continue there with "iwanto resume ${short}", or cancel that first with "iwanto cancel ${short}".`,
  );
}

/** Asked for the same again, returns the running one; E_EXISTS for another place. */
export function sameOrRefuse(
  { folder, progress }: Download,
  { as, to }: StartQuestion,
  wanted: string,
): DownloadView {
  const { name, hash, path } = progress.current;
  if ((to === undefined || folder === wanted) && (as === undefined || as === name)) {
    return progress.current;
  }
  throw new Failure(
    'E_EXISTS',
    `This content is being fetched to ${path}. Wait for it and copy it, or cancel that first with "iwanto cancel ${hash.slice(0, 8)}".`,
  );
}
