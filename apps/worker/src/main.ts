import 'reflect-metadata';
import { runProcess, startTelemetry } from '#shared';
import { createWorker } from './create-worker.js';
import { loadWorkerConfig } from './worker.config.js';

await runProcess('worker', async () => {
  const config = loadWorkerConfig(process.env);
  const stopTelemetry = await startTelemetry('hookmill-worker', process.env);
  const worker = await createWorker(config);
  return {
    close: async () => {
      await worker.close();
      await stopTelemetry();
    },
    closeWithinMs: config.settings.DRAIN_TIMEOUT,
  };
});
