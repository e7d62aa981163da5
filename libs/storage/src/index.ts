export * from './contract.js';
export * from './channels/contract.js';
export * from './tasks/contract.js';
export { BadCursor } from './connection/cursor.js';
export { assertMigrated, SchemaTooOld } from './migrations/assert-migrated.js';
export { migrate } from './migrations/migrate.js';
export { openStorage } from './open-storage.js';
export { keepPartitions } from './partitions/keep-partitions.js';
export { PathConflict } from './repositories/path-claims.js';
