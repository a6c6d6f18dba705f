/** The only door to SQLite: open, migrate, tables; one file per service, one writer each. */
export * from './catalogue-schema.js';
export * from './catalogue-statements.js';
export type { HeldStore } from './held-tables.js';
export * from './open-database.js';
export type { PlacedContent, PlacedStore } from './placed-tables.js';
export { type Statement, type Value, type Values, prepare, value } from './statement.js';
export * from './transfer-tables.js';
export { sql } from 'kysely';
