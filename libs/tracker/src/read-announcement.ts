/** The door of the tracker: what a peer announces is checked line by line, and a bad line costs only itself. */
import {
  ANNOUNCE_ENTRIES_MAX,
  type Announcement,
  type CatalogueEntry,
  announcementSchema,
  catalogueEntrySchema,
} from '@iwanto/wire';
import { z } from 'zod';

/** The longest component of a path, in UTF-8 bytes: the limit of common file systems (HOSTILE 53). */
export const COMPONENT_BYTES_MAX = 255;
/** The longest path, in UTF-8 bytes (HOSTILE 53). */
export const PATH_BYTES_MAX = 4_096;
/** The most components of a path (HOSTILE 53). */
export const PATH_DEPTH_MAX = 64;

const frameSchema = announcementSchema.extend({
  entries: z.array(z.unknown()).max(ANNOUNCE_ENTRIES_MAX),
  gone: z.array(z.unknown()).max(ANNOUNCE_ENTRIES_MAX),
});

export interface ReadAnnouncement {
  readonly announcement: Announcement;
  /** Lines left out because they break a rule of form or size. */
  readonly rejected: number;
}

/** UTF-8 length without encoding; a lone surrogate counts as the three bytes it would become. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    const pair = unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    bytes += unit < 0x800 ? 1 : 2;
    if (pair) at += 1;
  }
  return bytes;
}

const isComponent = (part: string) =>
  part !== '' && part !== '.' && part !== '..' && utf8Bytes(part) <= COMPONENT_BYTES_MAX;

/** True for a share-relative path that a tracker keeps: bounded, and without `.` and `..`. */
export function isSharePath(path: unknown): path is string {
  if (typeof path !== 'string' || path.length > PATH_BYTES_MAX) return false;
  if (path.includes('\0') || utf8Bytes(path) > PATH_BYTES_MAX) return false;
  const parts = path.split('/');
  return parts.length <= PATH_DEPTH_MAX && parts.every(isComponent);
}

function readEntry(value: unknown): CatalogueEntry | undefined {
  const entry = catalogueEntrySchema.safeParse(value);
  return entry.success && isSharePath(entry.data.path) ? entry.data : undefined;
}

/**
 * What an announcement says, without the lines that break a rule (HOSTILE 50, 51, 53).
 * Undefined where it is not an announcement at all.
 */
export function readAnnouncement(value: unknown): ReadAnnouncement | undefined {
  const frame = frameSchema.safeParse(value);
  if (!frame.success) return undefined;
  const entries = frame.data.entries.flatMap((line) => readEntry(line) ?? []);
  const gone = frame.data.gone.filter(isSharePath);
  const kept = entries.length + gone.length;
  const rejected = frame.data.entries.length + frame.data.gone.length - kept;
  return { announcement: { ...frame.data, entries, gone }, rejected };
}
