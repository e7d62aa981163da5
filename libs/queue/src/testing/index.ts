export * from './in-memory-producer.js';
export * from './in-memory-reply-channel.js';
