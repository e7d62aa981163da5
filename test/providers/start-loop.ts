import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createLogger, loadConfig } from '#shared';
import type { UnsignedRequest } from '#signatures';
import { openStorage, type Storage } from '#storage';
import { createTestDatabase } from '#storage/testing';
import { createGateway, type GatewayDependencies } from '../../apps/gateway/src/create-gateway.js';
import { gatewayConfig } from '../../apps/gateway/src/gateway.config.js';
import { createWorker } from '../../apps/worker/src/create-worker.js';
import { loadWorkerConfig } from '../../apps/worker/src/worker.config.js';

/** What senders are told to call; the tests reach the gateway behind it. */
export const PUBLIC_URL = 'https://hooks.example';

export type SentRequest = Omit<UnsignedRequest, 'headers'> & { headers: Record<string, string | string[]> };

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Loop {
  /** With the gateway's own master key: what is stored as a secret is read by it. */
  storage: Storage;
  /** Sends a request that names the public URL; a header with a list is sent once for each of its values. */
  send(request: SentRequest): Promise<Answer>;
  stop(): Promise<void>;
}

/** A gateway that listens, on a database of its own, and a worker where one is wanted. */
export async function startLoop(
  options: { worker: boolean } & Omit<GatewayDependencies, 'logger' | 'storage'>,
): Promise<Loop> {
  const { worker: wantsWorker, ...dependencies } = options;
  const database = await createTestDatabase();
  const environment = {
    DATABASE_URL: database.url,
    HOOKMILL_MASTER_KEY: '07'.repeat(32),
    HOOKMILL_PUBLIC_URL: PUBLIC_URL,
    QUEUE_PREFIX: `t${randomBytes(6).toString('hex')}`,
    GATEWAY_PORT: '0',
    WORKER_PORT: '0',
    LISTEN_ADDRESS: '127.0.0.1',
    LOG_LEVEL: 'silent',
    CONFIG_POLL: '50ms',
    DRAIN_GRACE: '100ms',
    DRAIN_TIMEOUT: '7s',
  };
  const config = gatewayConfig(loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], environment), environment);
  const storage = await openStorage({ ...config.storage, applicationName: 'test' });
  const gateway = await createGateway(config, { logger: createLogger('gateway', 'silent'), ...dependencies });
  const worker = wantsWorker ? await createWorker(loadWorkerConfig(environment)) : null;
  return {
    storage,
    send: (request) => send(gateway.url, request),
    stop: async () => {
      await Promise.all([gateway.drain(), worker?.close()]);
      await storage.close();
      await database.drop();
    },
  };
}

/** With Node's own client: it sends names, values and bytes as they are. */
function send(gatewayUrl: string, { method, url, headers, body }: SentRequest): Promise<Answer> {
  const { port, hostname } = new URL(gatewayUrl);
  const path = url.slice(new URL(url).origin.length);
  const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
  return new Promise((resolve, reject) => {
    const target = { host: hostname, port, path, method, headers: { ...headers, ...length } };
    const sent = httpRequest(target, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode!, headers: response.headers, text });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
