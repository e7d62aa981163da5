import { hkdfSync } from 'node:crypto';
import { parseLimits, type ParseLimits } from '#engine';
import type { QueueOptions } from '#queue';
import { allowedVariables, ConfigError, serviceOptions, type Settings } from '#shared';
import { compileIpList, type IpList } from '#signatures';
import type { StorageOptions } from '#storage';

/** What the gateway runs with; every part takes the piece it needs. Times in milliseconds, sizes in bytes. */
export interface GatewayConfig {
  port: number;
  address: string;
  /** Base of reply URLs, without a slash at its end; null: made from the port that is listened on. */
  publicUrl: string | null;
  headerLimits: { count: number; bytes: number; url: number; hops: number };
  requestTimeouts: { headers: number; request: number; answer: number; idle: number };
  /** Requests per second; 0: no limit. */
  rateLimits: { perAddress: number; overall: number };
  /** A count of 0: no limit. */
  authFailureLimit: { count: number; per: number };
  /** 0: no limit. */
  connectionsPerAddress: number;
  bodyLimitMax: number;
  parseLimits: ParseLimits;
  /** Bytes of bodies in memory that are not verified yet. */
  unverifiedBodyLimit: number;
  keyFetchLimits: { bytes: number; timeMs: number };
  /** CIDRs that calls for keys may reach although they are not public. */
  allowPrivate: readonly string[];
  trustedProxies: IpList;
  backlogHighWater: number;
  configPollMs: number;
  replyPollMs: number;
  drain: { graceMs: number; timeoutMs: number };
  /** Signs reply URLs; derived, so that a leaked URL says nothing about the master key. */
  replyKey: Buffer;
  /** Allowed variables of the environment that templates may read besides secrets. */
  environment: Readonly<Record<string, string>>;
  storage: StorageOptions;
  queue: QueueOptions;
}

/**
 * @param settings loaded with DATABASE_URL and HOOKMILL_MASTER_KEY required
 * @param environment where HOOKMILL_ENV_ALLOW's names are read
 * @throws ConfigError
 */
export function gatewayConfig(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): GatewayConfig {
  const masterKey = settings.HOOKMILL_MASTER_KEY!;
  return {
    port: settings.GATEWAY_PORT,
    address: settings.LISTEN_ADDRESS,
    publicUrl: settings.HOOKMILL_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    headerLimits: settings.HEADER_LIMITS,
    requestTimeouts: settings.REQUEST_TIMEOUTS,
    rateLimits: { perAddress: settings.RATE_LIMIT_PER_ADDRESS, overall: settings.RATE_LIMIT_GLOBAL },
    authFailureLimit: settings.AUTH_FAILURE_LIMIT,
    connectionsPerAddress: settings.CONNECTIONS_PER_ADDRESS,
    bodyLimitMax: settings.BODY_LIMIT_MAX,
    parseLimits: parseLimits(settings),
    unverifiedBodyLimit: settings.UNVERIFIED_BODY_LIMIT,
    keyFetchLimits: { bytes: settings.KEY_FETCH_LIMITS.bytes, timeMs: settings.KEY_FETCH_LIMITS.time },
    allowPrivate: settings.HTTP_ALLOW_PRIVATE,
    trustedProxies: trustedProxies(settings.TRUSTED_PROXIES),
    backlogHighWater: settings.BACKLOG_HIGH_WATER,
    configPollMs: settings.CONFIG_POLL,
    replyPollMs: settings.REPLY_POLL,
    drain: { graceMs: settings.DRAIN_GRACE, timeoutMs: settings.DRAIN_TIMEOUT },
    replyKey: Buffer.from(hkdfSync('sha256', masterKey, '', 'hookmill reply url', 32)),
    environment: allowedVariables(settings, environment),
    ...serviceOptions(settings, 'hookmill-gateway'),
  };
}

function trustedProxies(entries: readonly string[]): IpList {
  try {
    return compileIpList(entries);
  } catch (error) {
    throw new ConfigError([`TRUSTED_PROXIES must be IP addresses or CIDR ranges; ${(error as Error).message}`]);
  }
}
