/** The leader's book of what every peer shares, searchable. */
export * from './read-announcement.js';
export * from './tracker.js';
export * from './words.js';
