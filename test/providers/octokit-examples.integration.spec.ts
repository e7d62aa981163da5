import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sign } from '@octokit/webhooks-methods';
import type { Json } from '#shared';
import { saveBoundWorkflow } from '#storage/testing';
import { eventually } from '../support/eventually.js';
import { PUBLIC_URL, startLoop, type Answer, type Loop } from './start-loop.js';

const SECRET = "It's a Secret to Everybody";
const PAYLOADS = 329;
/** Requests in flight at once. */
const SENDERS = 16;

interface Example {
  name: string;
  examples: Json[];
}
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as Example[];

let loop: Loop;
beforeAll(async () => {
  loop = await startLoop({ worker: true });
  await loop.storage.secrets.put({ name: 'GH_SECRET', value: SECRET, notBefore: null, notAfter: null });
  const auth = [{ type: 'signature', provider: 'github', secrets: ['{{$env.GH_SECRET}}'] }];
  await saveBoundWorkflow(loop.storage, 'octokit', { type: 'webhook', mode: 'async', auth });
  const unsigned = { method: 'POST', url: `${PUBLIC_URL}/api/webhooks/octokit`, headers: {}, body: Buffer.from('{}') };
  await eventually(
    () => loop.send(unsigned),
    ({ status }) => status === 401,
  );
}, 60_000);
afterAll(async () => {
  await loop?.stop();
}, 60_000);

/** One delivery as GitHub makes it, and again under the same GUID. */
async function deliverTwice(event: string, payload: Json, at: number): Promise<[Answer, Answer]> {
  const text = JSON.stringify(payload);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-event': event,
    'x-github-delivery': `72d3162e-cc78-11e3-81ab-${String(at).padStart(12, '0')}`,
    'x-hub-signature-256': await sign(SECRET, text),
  };
  const request = { method: 'POST', url: `${PUBLIC_URL}/api/webhooks/octokit`, headers, body: Buffer.from(text) };
  return [await loop.send(request), await loop.send(request)];
}

async function countBy<T>(
  pages: (cursor: string | null) => Promise<{ items: T[]; nextCursor: string | null }>,
  name: keyof T,
) {
  const counts: Record<string, number> = {};
  let cursor: string | null = null;
  do {
    const page = await pages(cursor);
    for (const item of page.items) counts[String(item[name])] = (counts[String(item[name])] ?? 0) + 1;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return counts;
}

const executions = () =>
  countBy((cursor) => loop.storage.history.listExecutions({ workflow: 'octokit', limit: 100, cursor }), 'status');
const requests = () =>
  countBy((cursor) => loop.storage.history.listRequests({ workflow: 'octokit', limit: 100, cursor }), 'verdict');

it('every example payload of GitHub, sent twice, runs its workflow once', async () => {
  const deliveries = examples.flatMap(({ name, examples: payloads }) => payloads.map((payload) => ({ name, payload })));
  expect(deliveries).toHaveLength(PAYLOADS);
  const answers: [Answer, Answer][] = [];
  const waiting = [...deliveries.entries()];
  const deliverRest = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [at, { name, payload }] = next;
      // A ping of GitHub is answered and starts nothing; its payload is one like any other.
      answers.push(await deliverTwice(name === 'ping' ? 'ping_example' : name, payload, at));
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, deliverRest));
  for (const [first, second] of answers) {
    expect([first.status, first.headers['idempotent-replayed']]).toEqual([200, undefined]);
    expect([second.status, second.headers['idempotent-replayed']]).toEqual([200, 'true']);
    expect(second.headers['x-execution-id']).toBe(first.headers['x-execution-id']);
  }
  expect(new Set(answers.map(([first]) => first.headers['x-execution-id'])).size).toBe(PAYLOADS);
  await eventually(executions, ({ resolved }) => resolved === PAYLOADS, 60_000);
  expect(await executions()).toEqual({ resolved: PAYLOADS });
  // The request that found the workflow there, without a signature, beside them.
  expect(await eventually(requests, ({ duplicate }) => duplicate === PAYLOADS)).toMatchObject({
    accepted: PAYLOADS,
    duplicate: PAYLOADS,
  });
}, 120_000);
