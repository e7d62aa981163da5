import { inMemoryProducer, inMemoryReplyChannel, type InMemoryProducer } from '#queue/testing';
import type { ReplyChannel } from '#queue';
import { createLogger, loadConfig } from '#shared';
import type { Role } from '#storage';
import { createAdmin, type Admin } from '../create-admin.js';
import { makeApiKey } from '../auth/key-ring.js';
import { ROLES } from '../auth/roles.js';
import { inMemoryStorage, type InMemoryStorage } from './in-memory-storage.js';

export const BOOTSTRAP_KEY = 'bootstrap-key-of-the-specs-0123456789';

export interface Call {
  /** Role of the key that is sent; `null` sends none. Default `admin`. */
  as?: Role | null;
  /** An object is sent as JSON, text as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  /** Parsed JSON; null when the body is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs look into it as deep as they like
  json: any;
  text: string;
  bytes: Buffer;
}

export interface TestAdmin {
  admin: Admin;
  storage: InMemoryStorage;
  producer: InMemoryProducer;
  replies: ReplyChannel;
  call(method: string, url: string, call?: Call): Promise<Answer>;
  close(): Promise<void>;
}

/** The whole app without a socket, on in-memory storage and queue, with one key per role. */
export async function startTestAdmin({ manualWaitMs = 2_000 } = {}): Promise<TestAdmin> {
  const storage = inMemoryStorage();
  const producer = inMemoryProducer();
  const replies = inMemoryReplyChannel();
  const config = loadConfig([], {
    HOOKMILL_ADMIN_KEY: BOOTSTRAP_KEY,
    HOOKMILL_PUBLIC_URL: 'https://hooks.example.com/',
    REPLY_POLL: '20ms',
    LOG_LEVEL: 'silent',
  });
  const logger = createLogger('admin', 'silent');
  const admin = await createAdmin(config, { storage, queue: { producer, replies }, logger, manualWaitMs });
  const keys = new Map<Role, string>();
  for (const role of ROLES) {
    const key = makeApiKey();
    keys.set(role, key);
    await storage.apiKeys.create({ name: role, role, key });
  }
  return {
    admin,
    storage,
    producer,
    replies,
    call: (method, url, call = {}) => send(admin, method, url, call, keys),
    close: () => admin.close(),
  };
}

async function send(
  admin: Admin,
  method: string,
  url: string,
  { as = 'admin', body, headers = {} }: Call,
  keys: ReadonlyMap<Role, string>,
): Promise<Answer> {
  const authorization: Record<string, string> = as === null ? {} : { authorization: `Bearer ${keys.get(as)}` };
  const { contentType, payload } = encode(body);
  const {
    statusCode,
    headers: answered,
    ...answer
  } = await admin.app.inject({
    method: method as 'GET',
    url,
    headers: { ...authorization, ...contentType, ...headers },
    ...payload,
  });
  const isJson = String(answered['content-type']).includes('json') && answer.payload !== '';
  return {
    status: statusCode,
    headers: answered,
    json: isJson ? JSON.parse(answer.payload) : null,
    text: answer.payload,
    bytes: answer.rawPayload,
  };
}

function encode(body: unknown): { contentType: Record<string, string>; payload: { payload?: string } } {
  if (body === undefined) return { contentType: {}, payload: {} };
  if (typeof body === 'string') return { contentType: {}, payload: { payload: body } };
  return { contentType: { 'content-type': 'application/json' }, payload: { payload: JSON.stringify(body) } };
}
