import type { Settings } from './settings.js';

/** How a process reaches its services: the options of `openStorage` and of the queue, from the same settings everywhere. */
export interface ServiceOptions {
  storage: {
    databaseUrl: string;
    applicationName: string;
    masterKey: Buffer;
    poolSize: number;
    statementTimeoutMs: number;
    refusalLogRate: number;
    chunkSize: number;
  };
  queue: { redisUrl: string | null; databaseUrl: string; prefix: string; commandTimeoutMs: number; lockMs: number };
}

/**
 * @param settings loaded with DATABASE_URL and HOOKMILL_MASTER_KEY required
 * @param applicationName name of the process in `pg_stat_activity`
 */
export function serviceOptions(settings: Settings, applicationName: string): ServiceOptions {
  const databaseUrl = settings.DATABASE_URL!;
  return {
    storage: {
      databaseUrl,
      applicationName,
      masterKey: settings.HOOKMILL_MASTER_KEY!,
      poolSize: settings.DATABASE_POOL,
      statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT,
      refusalLogRate: settings.REFUSAL_LOG_RATE,
      chunkSize: settings.CHUNK_SIZE,
    },
    queue: {
      redisUrl: settings.REDIS_URL,
      databaseUrl,
      prefix: settings.QUEUE_PREFIX,
      commandTimeoutMs: settings.QUEUE_COMMAND_TIMEOUT,
      lockMs: settings.QUEUE_LOCK,
    },
  };
}

/** The variables of `environment` that HOOKMILL_ENV_ALLOW names and somebody set: what `$env` may read besides secrets. */
export function allowedVariables(
  settings: Pick<Settings, 'HOOKMILL_ENV_ALLOW'>,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    settings.HOOKMILL_ENV_ALLOW.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
