export * from './create-test-database.js';
export * from './dump-tables.js';
export * from './open-test-storage.js';
export * from './sample-accept.js';
export * from './sample-node-run.js';
export * from './sample-outcome.js';
export * from './save-bound-workflow.js';
export * from './save-sample-workflow.js';
