import 'reflect-metadata';
import { runProcess } from '#shared';
import { createWorker } from './create-worker.js';
import { loadWorkerConfig } from './worker.config.js';

await runProcess('worker', async () => {
  const config = loadWorkerConfig();
  const worker = await createWorker(config);
  return { close: worker.close, closeWithinMs: config.settings.DRAIN_TIMEOUT };
});
