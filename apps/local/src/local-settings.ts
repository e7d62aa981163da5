import { resolve } from 'node:path';
import { loadConfig } from '#shared';
import type { Settings } from '#shared';
import type { Ports } from './listening-ports.js';

/** What the launcher itself needs to know; everything else goes to the processes as it is. */
export interface LocalSettings {
  /** Absolute. */
  dataDir: string;
  /** Null: the embedded database. */
  databaseUrl: string | null;
  redisUrl: string | null;
  ports: Ports;
  listenAddress: string;
  /** The environment that was read, for the processes. */
  env: Record<string, string | undefined>;
}

/** Keys are made on the embedded default only: a database of its own may be shared, and so must its keys be. */
const REQUIRED_WITH_OWN_DATABASE: readonly (keyof Settings)[] = ['HOOKMILL_MASTER_KEY', 'HOOKMILL_ADMIN_KEY'];

/** @throws ConfigError with every fault at once */
export function localSettings(env: Record<string, string | undefined>): LocalSettings {
  const config = loadConfig(env['DATABASE_URL']?.trim() ? REQUIRED_WITH_OWN_DATABASE : [], env);
  const embedded = config.DATABASE_URL === null;
  return {
    dataDir: resolve(config.HOOKMILL_DATA_DIR),
    databaseUrl: config.DATABASE_URL,
    redisUrl: config.REDIS_URL,
    ports: {
      GATEWAY_PORT: config.GATEWAY_PORT,
      ADMIN_PORT: config.ADMIN_PORT,
      WORKER_PORT: config.WORKER_PORT,
    },
    listenAddress: embedded && !env['LISTEN_ADDRESS'] ? '127.0.0.1' : config.LISTEN_ADDRESS,
    env,
  };
}

/**
 * The environment of the processes. One person at a terminal waits for them to stop, and no load balancer has to notice
 * first: they drain without grace time unless told otherwise.
 */
export function processEnvironment(
  settings: LocalSettings,
  databaseUrl: string,
  keys: { master: string; admin: string },
): Record<string, string | undefined> {
  const { ports } = settings;
  return {
    DRAIN_GRACE: '0s',
    ...settings.env,
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
    DATABASE_URL: databaseUrl,
    HOOKMILL_DATA_DIR: settings.dataDir,
    HOOKMILL_MASTER_KEY: keys.master,
    HOOKMILL_ADMIN_KEY: keys.admin,
    LISTEN_ADDRESS: settings.listenAddress,
  };
}

/** Where we reach a process of ours. */
export function localUrl(settings: LocalSettings, port: number): string {
  const everywhere = settings.listenAddress === '0.0.0.0' || settings.listenAddress === '::';
  const host = everywhere || settings.listenAddress === '127.0.0.1' ? 'localhost' : settings.listenAddress;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
