import type { QueueOptions } from '#queue';
import { allowedVariables, loadConfig, serviceOptions, type Settings } from '#shared';
import type { SqlRunnerOptions, StorageOptions } from '#storage';

/** What the worker runs with; every part is handed the narrowest piece of it. */
export interface WorkerConfig {
  settings: Settings;
  storage: StorageOptions;
  sql: SqlRunnerOptions;
  queue: QueueOptions;
  /** For `$env`, besides secrets. */
  allowedVariables: Readonly<Record<string, string>>;
}

/** @throws ConfigError naming every fault */
export function loadWorkerConfig(env: Record<string, string | undefined>): WorkerConfig {
  const settings = loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], env);
  const { storage, queue } = serviceOptions(settings, 'hookmill-worker');
  return {
    settings,
    storage,
    sql: sqlOptions(settings, storage),
    queue,
    allowedVariables: allowedVariables(settings, env),
  };
}

function sqlOptions(settings: Settings, storage: StorageOptions): SqlRunnerOptions {
  const { databaseUrl, masterKey, applicationName } = storage;
  const { time: timeMs, rows, bytes } = settings.SQL_LIMITS;
  const limits = { timeMs, rows, bytes };
  return { databaseUrl, dataDatabaseUrl: settings.DATA_DATABASE_URL, masterKey, applicationName, limits };
}
