import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inMemoryProducer, inMemoryReplyChannel, type InMemoryProducer } from '#queue/testing';
import { createLogger, type Json, type JsonObject } from '#shared';
import { compileIpList } from '#signatures';
import type { ActiveVersion } from '#storage';
import { RateLimiter } from '../limits/rate-limiter.js';
import type { RequestLimits } from '../limits/request-limits.js';
import { BodyBudget } from '../webhook/body-budget.js';
import type { GatewayServices } from '../webhook/gateway-services.js';
import { handleWebhook } from '../webhook/handle-webhook.js';
import { KeyFetcher, type FetchUrl } from '../webhook/key-fetcher.js';
import { Waiters } from '../webhook/waiters.js';
import { WorkflowDirectory } from '../webhook/workflow-directory.js';
import { fakeStorage, type FakeStorage } from './fake-storage.js';

const logger = createLogger('test', 'silent');
const NO_LIMITS = { perAddress: null, overall: null, failures: null };

export interface TestGateway {
  storage: FakeStorage;
  producer: InMemoryProducer;
  services: GatewayServices;
  admission: { isDraining: boolean; isOverloaded: boolean };
  port: number;
  send(path: string, options?: SendOptions): Promise<Answer>;
  /** Ends an execution and wakes its waiters. */
  finish(executionId: string, reply: Parameters<FakeStorage['finish']>[1]): Promise<void>;
  /** Puts secrets in force in place of those before. */
  setSecrets(secrets: Record<string, string>): Promise<void>;
  /** Sends the message that an execution ended, whether it did or not. */
  wake(executionId: string, text: string): Promise<void>;
  stop(): Promise<void>;
}

export interface SendOptions {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json(): { code?: string; [name: string]: Json | undefined };
}

export interface TestGatewayOptions {
  /** Documents by key; `trigger` gets its type filled in. */
  workflows: Record<string, { trigger?: JsonObject; nodes?: Json[] }>;
  secrets?: Record<string, string>;
  proxies?: string[];
  /** None when left out, but for those of the workflows. */
  limits?: Partial<RequestLimits>;
  /** What keys are fetched with; default: nothing can be had. */
  fetchUrl?: FetchUrl;
  /** Default `https://hooks.example`. */
  publicUrl?: string;
  /** Bytes of bodies held before they are verified. */
  unverifiedBodyLimit?: number;
}

/** The webhook path behind a real HTTP server, with storage and queue in memory. */
export async function startTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const producer = inMemoryProducer();
  const replyChannel = inMemoryReplyChannel(new Map());
  await replyChannel.start();
  const secrets = secretsOf(options);
  const directory = directoryOf(options, secrets);
  await directory.start();
  const setSecrets = async (values: Record<string, string>): Promise<void> => {
    const seen = directory.env;
    secrets.replace(values);
    while (directory.env === seen) await sleep(5);
  };
  const storage = fakeStorage();
  const admission = { isDraining: false, isOverloaded: false };
  const parts = { storage, producer, admission, setSecrets };
  const services: GatewayServices = { ...outside(options), ...storage, ...parts, directory, replyChannel, secrets };
  const server = await listen(services);
  const { port } = server.address() as AddressInfo;
  return {
    ...parts,
    services,
    port,
    send: (path, sent) => send(port, path, sent),
    finish: async (executionId, reply) => {
      storage.finish(executionId, reply);
      await replyChannel.publish(replyChannel.instance, executionId);
    },
    wake: (executionId, text) => replyChannel.publish(replyChannel.instance, executionId, text),
    stop: async () => {
      await directory.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await replyChannel.close();
    },
  };
}

/** What a gateway takes from its settings and from the world. */
function outside(options: TestGatewayOptions) {
  const nothing: FetchUrl = () => Promise.reject(new Error('nothing there'));
  const limits = { bytes: 65_536, timeMs: 5_000 };
  return {
    config: configOf(options),
    publicUrl: () => options.publicUrl ?? 'https://hooks.example',
    bodies: new BodyBudget(options.unverifiedBodyLimit ?? 64 * 1024 ** 2),
    keys: new KeyFetcher({ fetchUrl: options.fetchUrl ?? nothing, limits, logger }),
    waiters: new Waiters(),
    limits: { ...NO_LIMITS, buckets: new RateLimiter({ shared: null, logger }), ...options.limits },
    logger,
  };
}

interface TestSecrets {
  epoch: number;
  values: Map<string, string>;
  replace(values: Record<string, string>): void;
  putIfAbsent(name: string, value: string): Promise<boolean>;
}

function secretsOf(options: TestGatewayOptions): TestSecrets {
  const secrets: TestSecrets = {
    epoch: 1,
    values: new Map(Object.entries(options.secrets ?? {})),
    replace(values) {
      secrets.values = new Map(Object.entries(values));
      secrets.epoch += 1;
    },
    async putIfAbsent(name, value) {
      if (secrets.values.has(name)) return false;
      secrets.replace({ ...Object.fromEntries(secrets.values), [name]: value });
      return true;
    },
  };
  return secrets;
}

function directoryOf(options: TestGatewayOptions, secrets: TestSecrets): WorkflowDirectory {
  const configuration = {
    readEpoch: async () => secrets.epoch,
    loadActive: async () => versionsOf(options),
    loadVersion: async () => null,
    loadSecrets: async () => new Map(secrets.values),
  };
  return new WorkflowDirectory({ configuration, pollMs: 20, environment: {}, logger });
}

function configOf({ proxies }: TestGatewayOptions): GatewayServices['config'] {
  return {
    headerLimits: { count: 100, bytes: 16_384, url: 8_192, hops: 5 },
    requestTimeouts: { headers: 10_000, request: 30_000, answer: 60_000, idle: 72_000 },
    bodyLimitMax: 1024 ** 2,
    parseLimits: {
      jsonDepth: 64,
      jsonKeys: 10_000,
      multipartParts: 50,
      multipartField: 1024 ** 2,
      multipartFile: Number.POSITIVE_INFINITY,
      xmlBytes: 64 * 1024,
    },
    replyPollMs: 50,
    replyKey: Buffer.alloc(32, 1),
    trustedProxies: compileIpList(proxies ?? []),
  };
}

async function listen(services: GatewayServices): Promise<Server> {
  const server = createServer({ maxHeaderSize: 65_536 }, (incoming, response) => {
    void handleWebhook(incoming, response, services);
  });
  server.maxHeadersCount = 0;
  server.on('checkContinue', (incoming, response) => server.emit('request', incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function versionsOf({ workflows }: TestGatewayOptions): ActiveVersion[] {
  return Object.entries(workflows).map(([key, { trigger, nodes }], at) => ({
    workflowId: at + 1,
    workflowKey: key,
    versionId: at + 1,
    version: 1,
    document: { key, trigger: { type: 'webhook', ...trigger }, nodes: nodes ?? [] },
  }));
}

function send(port: number, path: string, { method = 'POST', headers = {}, body }: SendOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, host: '127.0.0.1', path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: () => JSON.parse(text) as { code?: string },
        });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
