import type { QueueOptions as BullQueueOptions } from 'bullmq';
import { queueConnectionOptions } from '../backends/queue-connection-options.js';
import type { QueueOptions } from '../contract.js';

/** BullMQ keeps an event stream that nobody of ours reads: it loses events on Postgres, and state is in Postgres. */
const EVENTS_KEPT = 100;

/** Options of the producer's side of the queue; each call opens a connection of its own. */
export function executionsQueueOptions(options: QueueOptions): BullQueueOptions {
  return {
    connection: queueConnectionOptions(options, 'producer'),
    prefix: options.prefix,
    streams: { events: { maxLen: EVENTS_KEPT } },
    // The two together make commands fail at once when Redis is down at start; otherwise they hang.
    skipWaitingForReady: true,
    skipVersionCheck: true,
  };
}
