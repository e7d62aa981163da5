import { RedisQueueBackend, type Worker } from 'bullmq';
import type { QueueOptions } from '../../contract.js';
import { within } from '../../timing/within.js';

/** Silent for this many command timeouts is dead; should it have been busy only, a new connection does no harm. */
const PATIENCE = 5;

/**
 * Drops a worker's connection that stays silent, as when its host vanished: TCP alone would notice after 15 minutes, in
 * which the worker takes and settles nothing. BullMQ watches the blocking connection by itself, not this one. Commands
 * on their way are sent again over the new connection. Returns the end of the watch; does nothing on Postgres.
 */
export function watchWorkerConnection(worker: Worker, options: QueueOptions): () => void {
  const backend: unknown = worker.getBackend();
  if (!(backend instanceof RedisQueueBackend)) return () => undefined;
  const patience = options.commandTimeoutMs * PATIENCE;
  const look = async (): Promise<void> => {
    const client = await backend.client;
    if (client.status !== 'ready') return;
    try {
      await within(patience, client.info(), 'Watching the worker connection');
    } catch {
      client.disconnect(true);
    }
  };
  const timer = setInterval(() => void look().catch(() => undefined), patience);
  timer.unref();
  return () => clearInterval(timer);
}
