/** The leader's book of what every peer shares, searchable. */
export {
  type ReadAnnouncement,
  isSharePath,
  readAnnouncement,
  readEntries,
} from './read-announcement.js';
export type { Located } from './locating.js';
export { type Found, type SearchOptions, wordsOf } from './search.js';
export type { Lines } from './shelf.js';
export { BULK_LINES_MIN } from './change-rate.js';
export type { Held, LeftLine, PeerLine } from './catalogue.js';
export { Tracker, type TrackerOptions } from './tracker.js';
export { readQuery } from './query.js';
