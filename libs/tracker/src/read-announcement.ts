/** What the tracker accepts: an announcement is checked line by line, and a bad line costs only itself. */
import {
  ANNOUNCE_ENTRIES_MAX,
  type Announcement,
  COMPONENT_BYTES_MAX,
  type CatalogueEntry,
  PATH_BYTES_MAX,
  announcementSchema,
  catalogueEntrySchema,
  pathExtent,
  pathProblem,
  utf8Bytes,
} from '@iwanto/wire';
import { z } from 'zod';

const frameSchema = announcementSchema.extend({
  entries: z.array(z.unknown()).max(ANNOUNCE_ENTRIES_MAX),
  gone: z.array(z.unknown()).max(ANNOUNCE_ENTRIES_MAX),
});

export interface ReadAnnouncement {
  readonly announcement: Announcement;
  /** Lines left out because they break a rule of form or size. */
  readonly rejected: number;
}

const isComponent = (part: string) =>
  part !== '' && part !== '.' && part !== '..' && utf8Bytes(part) <= COMPONENT_BYTES_MAX;

/** True for a share-relative path that a tracker keeps: bounded, and without `.` and `..`. */
export function isSharePath(path: unknown): path is string {
  if (typeof path !== 'string' || path.length > PATH_BYTES_MAX) return false;
  if (path.includes('\0') || pathProblem(pathExtent(path))) return false;
  return path.split('/').every(isComponent);
}

/** The lines that keep every rule. */
export const readEntries = (values: readonly unknown[]): CatalogueEntry[] =>
  values.flatMap((line) => readEntry(line) ?? []);

function readEntry(value: unknown): CatalogueEntry | undefined {
  const entry = catalogueEntrySchema.safeParse(value);
  return entry.success && isSharePath(entry.data.path) ? entry.data : undefined;
}

/**
 * What an announcement says, without the lines that break a rule (HOSTILE 50, 51, 53).
 * Undefined if it is not an announcement at all.
 */
export function readAnnouncement(value: unknown): ReadAnnouncement | undefined {
  const frame = frameSchema.safeParse(value);
  if (!frame.success) return undefined;
  const entries = readEntries(frame.data.entries);
  const gone = frame.data.gone.filter(isSharePath);
  const kept = entries.length + gone.length;
  const rejected = frame.data.entries.length + frame.data.gone.length - kept;
  return { announcement: { ...frame.data, entries, gone }, rejected };
}
