/** The leader's book of what every peer shares, searchable. */
export { type ReadAnnouncement, isSharePath, readAnnouncement } from './read-announcement.js';
export { type Found, type SearchOptions, wordsOf } from './search.js';
export {
  BULK_LINES_MIN,
  type Held,
  type Located,
  type PeerLine,
  Tracker,
  type TrackerOptions,
} from './tracker.js';
