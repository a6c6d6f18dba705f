/** Downloads that an earlier run left: what is shown of them, and whether they resume. */
import { isAbsolute, join } from 'node:path';
import { type Download as DownloadView, downloadSchema } from '@iwanto/bus';
import { nameProblem } from '@iwanto/merkle';
import type { SavedDownload } from '@iwanto/store';
import { type FailureCode, type FailureWords, failureSchema } from '@iwanto/wire';
import type { StartQuestion } from './download-spec.js';

/** Failures that may not recur at the next attempt, without anybody doing anything here. */
const PASSES_BY_ITSELF: ReadonlySet<FailureCode> = new Set([
  'E_INTERRUPTED',
  'E_NO_SOURCE',
  'E_CHANGED',
  'E_NOT_RUNNING',
  'E_NO_LEADER',
  'E_TIMEOUT',
]);

/** Those that can be shown and resumed: SQLite does not notice every damage of its file (HOSTILE 168). */
export const soundOf = (all: readonly SavedDownload[]): SavedDownload[] => all.filter(isSound);

function isSound(saved: SavedDownload): boolean {
  const { name, folder, bytesPerSecondMax: rate } = saved;
  const isRate = rate === null || (Number.isSafeInteger(rate) && rate > 0);
  if (nameProblem(name) || !isAbsolute(folder) || !isRate) return false;
  return downloadSchema.safeParse(viewOfSaved(saved)).success;
}

/** Null if nothing ended it, or if the record of that can no longer be read. */
function failureOf({ failure }: SavedDownload): FailureWords | null {
  if (failure === null) return null;
  try {
    return failureSchema.parse(JSON.parse(failure));
  } catch {
    return null;
  }
}

/** Whether it restarts automatically. */
export function goesOnByItself(saved: SavedDownload): boolean {
  const failure = failureOf(saved);
  return !saved.paused && (failure === null || PASSES_BY_ITSELF.has(failure.code));
}

/** The request that resumes it as it was started. */
export function questionOf(saved: SavedDownload): StartQuestion {
  const { hash, overwrite, confirmed, only, bytesPerSecondMax, reseed } = saved;
  return {
    ...{ hash, overwrite, confirmed, reseed },
    ...(only === null ? {} : { only }),
    ...(bytesPerSecondMax === null ? {} : { bytesPerSecondMax }),
  };
}

export function viewOfSaved(saved: SavedDownload): DownloadView {
  const { hash, kind, name, bytes, bytesDone, files, folder } = saved;
  const failure = failureOf(saved);
  const isCutOff = failure === null || failure.code === 'E_INTERRUPTED';
  return {
    ...{ id: hash, hash, kind, name, bytes, bytesDone, files, path: join(folder, name) },
    ...{ revision: 0, filesDone: 0, bytesPerSecond: 0, seconds: 0, sources: 0, notes: [] },
    state: saved.paused ? 'paused' : isCutOff ? 'locating' : 'failed',
    failure: saved.paused || isCutOff ? null : failure,
  };
}
