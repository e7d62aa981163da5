import type { QueueOptions } from '#queue';
import type { Settings } from '#shared';
import type { StorageOptions } from '#storage';

/** Base of every webhook URL shown, without a slash at the end. */
export function publicUrl(config: Settings): string {
  return (config.HOOKMILL_PUBLIC_URL ?? `http://localhost:${config.GATEWAY_PORT}`).replace(/\/+$/, '');
}

export function queueOptions(config: Settings): QueueOptions {
  return {
    redisUrl: config.REDIS_URL,
    databaseUrl: required(config.DATABASE_URL),
    prefix: config.QUEUE_PREFIX,
    commandTimeoutMs: config.QUEUE_COMMAND_TIMEOUT,
    lockMs: config.QUEUE_LOCK,
  };
}

export function storageOptions(config: Settings): StorageOptions {
  return {
    databaseUrl: required(config.DATABASE_URL),
    applicationName: 'hookmill-admin',
    masterKey: required(config.HOOKMILL_MASTER_KEY),
    poolSize: config.DATABASE_POOL,
    statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT,
    refusalLogRate: config.REFUSAL_LOG_RATE,
  };
}

/** `loadConfig` was told what must be set; this is for the type. */
function required<T>(value: T | null): T {
  if (value === null) throw new Error('A required setting is missing: name it in loadConfig.');
  return value;
}
