export * from './in-memory-producer.js';
export * from './in-memory-reply-channel.js';
export * from './in-memory-shared-buckets.js';
