/** The only door to SQLite: open, migrate, tables; one file per service, one writer each. */
export * from './open-database.js';
export * from './statement.js';
export * from './transfer-tables.js';
export { sql } from 'kysely';
