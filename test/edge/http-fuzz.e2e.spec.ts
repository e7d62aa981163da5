import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Json } from '#shared';
import { startHookmill, type Hookmill } from '../support/start-hookmill.js';
import { seededRandom } from '../support/seeded-random.js';
import { until } from './edge-rig.js';
import { FUZZ_KEYS, fuzzRequest } from './fuzz-requests.js';
import { exchangeRaw, type RawAnswer } from './raw-exchange.js';

/** 100,000 in the long form. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 5_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261);
const AT_ONCE = 16;
/** Compiled code, caches and buffers come up in the first fifth; after it resident memory may swing, not grow. */
const SWING_MB = 96;

jest.setTimeout(Math.max(120_000, REQUESTS * 20));

let hookmill: Hookmill;

beforeAll(async () => {
  hookmill = await startHookmill({ redis: true, env: { REFUSAL_LOG_RATE: '100000' } });
  for (const [name, value] of [['FUZZ_SECRET', 'a secret of the fuzz run']] as const) {
    await hookmill.api('PUT', `/secrets/${name}`, { value });
  }
  const secret = '{{$env.FUZZ_SECRET}}';
  const triggers = {
    'fuzz-open': { methods: ['POST', 'GET', 'PUT', 'PATCH', 'DELETE'], path: 'fuzz/orders/:region' },
    'fuzz-github': { auth: [{ type: 'signature', provider: 'github', secrets: [secret] }] },
    'fuzz-token': { auth: [{ type: 'token', header: 'x-token', value: secret }] },
    'fuzz-basic': { auth: [{ type: 'basic', username: 'ann', password: secret }] },
    'fuzz-cors': { cors: { origins: ['https://example.com'] }, bodyLimit: '64kb' },
    'fuzz-strict': { validate: { type: 'object', required: ['a'] }, dedup: { key: '{{$context.data.n}}' } },
  };
  for (const key of FUZZ_KEYS) {
    await hookmill.apply({ key, enabled: true, trigger: { type: 'webhook', ...triggers[key] }, nodes: [] });
  }
});
afterAll(async () => {
  await hookmill?.stop();
});

/** Sends all of them, `AT_ONCE` at a time; what was answered, in any order. */
async function sendAll(port: number, onHalf: (sent: number) => void): Promise<RawAnswer[]> {
  const random = seededRandom(SEED);
  const requests = Array.from({ length: REQUESTS }, (_, n) => ({ n, seed: Math.floor(random() * 2 ** 32) }));
  const answers: RawAnswer[] = [];
  const lane = async (): Promise<void> => {
    for (let next = requests.shift(); next !== undefined; next = requests.shift()) {
      const { bytes, about } = fuzzRequest(seededRandom(next.seed));
      const got = await exchangeRaw(port, bytes).catch((error: unknown) => {
        throw new Error(`request ${next!.n} of seed ${SEED} (${about}): ${String(error)}`);
      });
      const fault = got.find(({ status }) => status === 500);
      if (fault) throw new Error(`request ${next.n} of seed ${SEED} (${about}) was answered ${fault.body}`);
      answers.push(...got);
      onHalf(next.n);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return answers;
}

/**
 * Answers that the log knows nothing of: without a row, and more of their kind than were counted. The rate is so high
 * that only what never became a request is counted.
 */
async function findUntraced(answers: readonly RawAnswer[]): Promise<string[]> {
  const rows = new Set<string>();
  for (let cursor: Json = ''; cursor !== null;) {
    const page = await hookmill.api('GET', `/requests?limit=200${cursor === '' ? '' : `&cursor=${String(cursor)}`}`);
    for (const { id } of page.body.items as { id: string }[]) rows.add(id);
    cursor = page.body.nextCursor ?? null;
  }
  const { body } = await hookmill.api('GET', '/requests/refusals');
  const left = new Map((body.items as { reason: string; count: number }[]).map((item) => [item.reason, item.count]));
  return answers.flatMap(({ status, headers, body: text }) => {
    if (rows.has(headers['x-request-id']!)) return [];
    const code = kindsOf(status, text).find((kind) => (left.get(kind) ?? 0) > 0) ?? '';
    const count = left.get(code) ?? 0;
    left.set(code, count - 1);
    return count > 0 ? [] : [`${status} ${text} ${headers['x-request-id']}`];
  });
}

/** Why it may have been refused: by its code, or for an answer to HEAD by all of its status. */
function kindsOf(status: number, text: string): string[] {
  const code = /"code":"([a-z_]+)"/.exec(text)?.[1];
  if (code !== undefined) return [code];
  return status === 404 ? ['unknown_webhook', 'not_found'] : ['malformed_request'];
}

function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

describe('the HTTP edge', () => {
  it(`answers whatever is sent, without a fault, and logs or counts every request (FUZZ_SEED=${SEED})`, async () => {
    const [gateway] = hookmill.processes.gateways;
    const { pid } = gateway!;
    const early: number[] = [];
    const late: number[] = [];
    const answers = await sendAll(Number(new URL(hookmill.gatewayUrls[0]!).port), (n) => {
      if (n % 50 !== 0) return;
      if (n >= REQUESTS * 0.2 && n < REQUESTS * 0.4) early.push(residentMb(pid));
      if (n >= REQUESTS * 0.8) late.push(residentMb(pid));
    });
    // Nearly all get one answer; a few are cut off before they are a request, some bring two.
    expect(answers.length).toBeGreaterThan(REQUESTS * 0.9);
    expect(Math.min(...late) - Math.max(...early)).toBeLessThan(SWING_MB);

    const ids = new Set(answers.map(({ headers }) => headers['x-request-id']));
    expect(ids.size).toBe(answers.length);
    const untraced = await until(async () => {
      const found = await findUntraced(answers);
      return found.length === 0 ? found : null;
    });
    expect(untraced).toEqual([]);
    // What was accepted among all this runs and ends as ever.
    const accepted = answers.filter(({ headers }) => headers['x-execution-id'] !== undefined);
    expect(accepted.length).toBeGreaterThan(REQUESTS * 0.05);
  });
});
