import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inMemoryProducer, inMemoryReplyChannel, type InMemoryProducer } from '#queue/testing';
import { createLogger, type Json, type JsonObject } from '#shared';
import { compileIpList } from '#signatures';
import type { ActiveVersion } from '#storage';
import { RateLimiter } from '../limits/rate-limiter.js';
import type { RequestLimits } from '../limits/request-limits.js';
import type { GatewayServices } from '../webhook/gateway-services.js';
import { handleWebhook } from '../webhook/handle-webhook.js';
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
}

/** The webhook path behind a real HTTP server, with storage and queue in memory. */
export async function startTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const storage = fakeStorage();
  const producer = inMemoryProducer();
  const replyChannel = inMemoryReplyChannel(new Map());
  await replyChannel.start();
  const directory = directoryOf(options);
  await directory.start();
  const admission = { isDraining: false, isOverloaded: false };
  const services: GatewayServices = {
    ...storage,
    config: configOf(options),
    publicUrl: () => 'https://hooks.example',
    directory,
    admission,
    limits: { ...NO_LIMITS, buckets: new RateLimiter({ shared: null, logger }), ...options.limits },
    waiters: new Waiters(),
    producer,
    replyChannel,
    logger,
  };
  const server = await listen(services);
  const { port } = server.address() as AddressInfo;
  return {
    storage,
    producer,
    services,
    admission,
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

function directoryOf(options: TestGatewayOptions): WorkflowDirectory {
  const configuration = {
    readEpoch: async () => 1,
    loadActive: async () => versionsOf(options),
    loadVersion: async () => null,
    loadSecrets: async () => new Map(Object.entries(options.secrets ?? {})),
  };
  return new WorkflowDirectory({ configuration, pollMs: 60_000, environment: {}, logger });
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
