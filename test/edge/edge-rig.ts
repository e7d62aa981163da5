import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { compilePath, compileWorkflow, pathsOverlap, type CompiledPath } from '#engine';
import { createLogger, loadConfig, type Json, type JsonObject } from '#shared';
import { openStorage, type RequestDetail, type Storage } from '#storage';
import { createTestDatabase } from '#storage/testing';
import { createGateway, type Gateway, type GatewayDependencies } from '../../apps/gateway/src/create-gateway.js';
import { gatewayConfig } from '../../apps/gateway/src/gateway.config.js';

/** A gateway as it runs, on a database of its own, with everything that a test looks at. */
export interface EdgeRig {
  gateways: readonly Gateway[];
  storage: Storage;
  databaseUrl: string;
  /** Stores a webhook workflow as its author would and waits until every gateway answers its URL. */
  save(key: string, trigger?: JsonObject, nodes?: Json[]): Promise<void>;
  secret(name: string, value: string, window?: { notBefore?: Date; notAfter?: Date }): Promise<void>;
  send(path: string, options?: SendOptions): Promise<Answer>;
  /** The row of a request in the log; waits for it, since refusals are written off the hot path. */
  row(answer: Answer): Promise<RequestDetail>;
  /** How many executions a workflow has. */
  executionsOf(key: string): Promise<number>;
  stop(): Promise<void>;
}

export interface SendOptions {
  /** Position of the gateway that is asked; default 0. */
  gateway?: number;
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  /** Address of ours that the connection comes from, in 127.0.0.0/8. */
  from?: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  requestId: string;
  /** `code` of a problem document; undefined when it is none. */
  code: string | undefined;
}

export interface RigOptions {
  gateways?: number;
  /** More variables of the environment. */
  env?: Record<string, string>;
  dependencies?: Partial<GatewayDependencies>;
}

const LONGEST_WAIT = 5_000;

export async function startEdge(options: RigOptions = {}): Promise<EdgeRig> {
  const database = await createTestDatabase();
  const config = configFor(database.url, options.env ?? {});
  const storage = await openStorage({ ...config.storage, applicationName: 'test' });
  const start = () => createGateway(config, { logger: createLogger('gateway', 'silent'), ...options.dependencies });
  const gateways = await Promise.all(Array.from({ length: options.gateways ?? 1 }, start));
  const sendTo = (path: string, sent: SendOptions = {}) => send(gateways[sent.gateway ?? 0]!.url + path, sent);
  return {
    gateways,
    storage,
    databaseUrl: database.url,
    async save(key, trigger = {}, nodes = []) {
      await saveWorkflow(storage, key, { type: 'webhook', ...trigger }, nodes);
      for (const gateway of gateways) await until(async () => (await isKnown(gateway, key)) || null);
    },
    async secret(name, value, { notBefore = null, notAfter = null } = {}) {
      await storage.secrets.put({ name, value, notBefore, notAfter });
    },
    send: sendTo,
    row: ({ requestId }) => until(() => storage.history.findRequest(requestId)),
    executionsOf: (key) => countExecutions(storage, key),
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.drain()));
      await storage.close();
      await database.drop();
    },
  };
}

/** Asks until there is an answer. @throws Error when there is none in time */
export async function until<T>(ask: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + LONGEST_WAIT;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error('What was waited for did not happen.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function configFor(databaseUrl: string, more: Record<string, string>) {
  const environment = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: process.env.TEST_REDIS_URL,
    HOOKMILL_MASTER_KEY: '07'.repeat(32),
    HOOKMILL_PUBLIC_URL: 'https://hooks.example.test',
    QUEUE_PREFIX: `t${randomBytes(6).toString('hex')}`,
    GATEWAY_PORT: '0',
    LISTEN_ADDRESS: '127.0.0.1',
    CONFIG_POLL: '50ms',
    REPLY_POLL: '50ms',
    DRAIN_GRACE: '10ms',
    DRAIN_TIMEOUT: '7s',
    REFUSAL_LOG_RATE: '100000',
    ...more,
  };
  return gatewayConfig(loadConfig(['DATABASE_URL', 'HOOKMILL_MASTER_KEY'], environment), environment);
}

async function saveWorkflow(storage: Storage, key: string, trigger: JsonObject, nodes: Json[]): Promise<void> {
  const document = { key, trigger, nodes };
  const compiled = compileWorkflow(document);
  if (!compiled.ok) throw new Error(`The document of ${key} is refused: ${JSON.stringify(compiled.faults)}`);
  const methods = Array.isArray(trigger.methods) ? (trigger.methods as string[]) : ['POST'];
  const saved = await storage.workflows.save(
    {
      ...{ key, title: null, description: null, enabled: true, draft: false, ifMatch: null, document },
      mode: trigger.mode === 'sync' ? 'sync' : 'async',
      contentHash: randomBytes(8).toString('hex'),
      path: typeof trigger.path === 'string' ? { pattern: trigger.path, methods } : null,
    },
    { create: false, overlaps: (a, b) => pathsOverlap(compilePath(a) as CompiledPath, compilePath(b) as CompiledPath) },
  );
  if (!('workflow' in saved)) throw new Error(`${key} was not stored: ${saved.kind}`);
}

/** OPTIONS of a known URL is answered 204 without any check. */
async function isKnown(gateway: Gateway, key: string): Promise<boolean> {
  const { status } = await send(`${gateway.url}/api/webhooks/${key}`, { method: 'OPTIONS' });
  return status === 204;
}

async function countExecutions(storage: Storage, workflow: string): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const page = await storage.history.listExecutions({ workflow, limit: 200, cursor });
    count += page.items.length;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return count;
}

function send(url: string, { method = 'POST', headers = {}, body, from }: SendOptions): Promise<Answer> {
  const { hostname, port } = new URL(url);
  // Not through URL: it would tidy the path up.
  const path = url.slice(url.indexOf('/', 'http://'.length));
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port, path, method, headers, agent: false };
    const sent = httpRequest(from === undefined ? options : { ...options, localAddress: from }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const requestId = String(response.headers['x-request-id'] ?? '');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, requestId, code: codeOf(text) });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function codeOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { code?: string } | null)?.code;
  } catch {
    return undefined;
  }
}
