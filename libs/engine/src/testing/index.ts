export { answeringPorts } from './answering-ports.js';
export * from './ended-outcome.js';
export * from './fake-http.js';
export * from './fake-ports.js';
export * from './fake-script.js';
export * from './in-memory-journal.js';
export * from './run-document.js';
export * from './run-node.js';
export * from './run-nodes.js';
