import 'reflect-metadata';
import { createLogger, loadConfig, maskedConfig, runProcess, startTelemetry } from '#shared';
import { createGateway } from './create-gateway.js';
import { gatewayConfig } from './gateway.config.js';

await runProcess('gateway', async () => {
  const settings = loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY']);
  const config = gatewayConfig(settings, process.env);
  const logger = createLogger('gateway', settings.LOG_LEVEL);
  logger.info({ config: maskedConfig(settings) }, 'configuration');
  const stopTelemetry = await startTelemetry('hookmill-gateway', process.env);
  const gateway = await createGateway(config, { logger });
  logger.info({ url: gateway.url }, 'listening');
  return {
    closeWithinMs: config.drain.timeoutMs,
    close: async () => {
      await gateway.drain();
      await stopTelemetry();
    },
  };
});
