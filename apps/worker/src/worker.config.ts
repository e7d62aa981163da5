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
  return {
    settings,
    ...serviceOptions(settings, 'hookmill-worker'),
    allowedVariables: allowedVariables(settings, env),
  };
}
