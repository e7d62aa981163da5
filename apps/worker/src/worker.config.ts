import type { QueueOptions } from '#queue';
import { loadConfig, type Settings } from '#shared';
import type { StorageOptions } from '#storage';

/** What the worker runs with; every part is handed the narrowest piece of it. */
export interface WorkerConfig {
  settings: Settings;
  storage: StorageOptions;
  queue: QueueOptions;
}

/** @throws ConfigError naming every fault */
export function loadWorkerConfig(env: Record<string, string | undefined> = process.env): WorkerConfig {
  const settings = loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], env);
  return {
    settings,
    storage: {
      databaseUrl: settings.DATABASE_URL!,
      applicationName: 'hookmill-worker',
      masterKey: settings.HOOKMILL_MASTER_KEY!,
      poolSize: settings.DATABASE_POOL,
      statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT,
      refusalLogRate: settings.REFUSAL_LOG_RATE,
    },
    queue: {
      redisUrl: settings.REDIS_URL,
      databaseUrl: settings.DATABASE_URL!,
      prefix: settings.QUEUE_PREFIX,
      commandTimeoutMs: settings.QUEUE_COMMAND_TIMEOUT,
      lockMs: settings.QUEUE_LOCK,
    },
  };
}
