import { inMemoryReplyChannel } from './in-memory-reply-channel.js';
import { describeReplyChannel } from './reply-conformance.js';

const hub = new Map();

describeReplyChannel('the in-memory twin', () => ({
  mostBytes: 64 * 1024,
  create: () => inMemoryReplyChannel(hub),
  forge: null,
}));
