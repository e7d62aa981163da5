import { setTimeout as sleep } from 'node:timers/promises';
import { allowedVariables, loadConfig, maskedConfig, runProcess, startTelemetry } from '#shared';
import { createAdmin } from './create-admin.js';

await runProcess('admin', async () => {
  const config = loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY']);
  const stopTelemetry = await startTelemetry('hookmill-admin', process.env);
  const admin = await createAdmin(config, { allowedVariables: allowedVariables(config, process.env) });
  admin.logger.info({ config: maskedConfig(config) }, 'configuration');
  const url = await admin.listen(config.ADMIN_PORT, config.LISTEN_ADDRESS);
  admin.logger.info({ url, docs: `${url}/api/docs` }, 'ready');
  return {
    closeWithinMs: config.DRAIN_TIMEOUT,
    close: async () => {
      admin.logger.info('draining');
      admin.drain();
      await sleep(config.DRAIN_GRACE);
      await admin.close();
      await stopTelemetry();
      admin.logger.info('ended');
    },
  };
});
