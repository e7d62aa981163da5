import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '#shared';
import { eventually } from '../support/eventually.js';
import { startHookmill } from '../support/start-hookmill.js';
import type { Hookmill } from '../support/start-hookmill.js';

const MOST_MEMORY_MB = 1_024;
/** A worker or gateway that is kept busy by one payload answers nobody for longer than this. */
const LONGEST_SILENCE_MS = 5_000;

interface Hostile {
  title: string;
  nodes: Json;
  payload: Json | string;
  trigger?: JsonObject;
  /** Status of the execution, or of the HTTP answer when there is none. */
  ends: string | number;
  code?: string;
}

const sync: JsonObject = { type: 'webhook', mode: 'sync', timeout: '20s' };
const one = (type: string, config: JsonObject): Json => [{ key: 'x', type, config }];
const loop = (body: Json = []): Json => [
  { key: 'x', type: 'loop', config: { target: '{{$context.data.v}}' }, branches: { body } },
];
const date = (format = 'YYYY'): Json =>
  one('date-calculation', {
    input: '{{$context.data.v}}',
    steps: [{ function: 'format', arguments: { format } }],
  });
const query = (engine: string, expression: string): Json =>
  one('json-query', { source: '{{$context.data}}', engine, expression });
const destroy = (operand: JsonObject): Json => one('destroy', { collection: 'things', filter: { name: operand } });
const mail = one('mailer', {
  provider: { host: 'mail.invalid', port: 25 },
  from: 'a@b.co',
  to: ['{{$context.data.v}}'],
  subject: 's',
  text: 't',
});

const HOSTILE: Hostile[] = [
  { title: 'JSON of 5,000 levels', nodes: [], payload: '['.repeat(5_000) + ']'.repeat(5_000), ends: 400 },
  {
    title: 'text that a pattern backtracks over',
    trigger: { ...sync, validate: { type: 'object', properties: { v: { type: 'string', pattern: '^(a+)+$' } } } },
    nodes: [],
    payload: { v: `${'a'.repeat(5_000)}!` },
    ends: 400,
  },
  {
    title: 'items that must be unique',
    trigger: { ...sync, validate: { type: 'object', properties: { v: { type: 'array', uniqueItems: true } } } },
    nodes: [],
    payload: { v: Array.from({ length: 100_000 }, (_, index) => index) },
    ends: 'resolved',
  },
  {
    title: 'a loop to a thousand million',
    nodes: loop([{ type: 'variable', config: { value: 1 } }]),
    payload: { v: 1e9 },
    ends: 'error',
  },
  {
    title: 'an expression without end',
    nodes: query('jsonata', '($f := function($x){$f($x+1)}; $f(1))'),
    payload: {},
    ends: 'error',
    code: 'expression_timeout',
  },
  {
    title: 'code in the payload',
    nodes: query('jsonata', '$eval(v)'),
    payload: { v: '$pad("x", 1e9)' },
    ends: 'error',
    code: 'expression_failed',
  },
  {
    title: 'a text of 10 GB',
    nodes: one('calculation', { engine: 'formula.js', expression: 'REPT("x", {{$context.data.v}})' }),
    payload: { v: 1e10 },
    ends: 'error',
    code: 'expression_limit',
  },
  {
    title: 'a year of ten digits',
    nodes: date(),
    payload: { v: '1000000000-01-01T00:00:00Z' },
    ends: 'error',
    code: 'invalid_input',
  },
  { title: 'a list for a date', nodes: date(), payload: { v: [] }, ends: 'error', code: 'invalid_input' },
  {
    title: 'a format of 400 KB',
    nodes: [
      {
        key: 'x',
        type: 'date-calculation',
        config: {
          input: '{{$system.now}}',
          steps: [{ function: 'format', arguments: { format: '{{$context.data.v}}' } }],
        },
      },
    ],
    payload: { v: 'YYYY'.repeat(100_000) },
    ends: 'error',
    code: 'invalid_input',
  },
  {
    title: 'an operator for a value',
    nodes: destroy({ $eq: '{{$context.data.v}}' }),
    payload: { v: { $ne: 'zz' } },
    ends: 'error',
    code: 'invalid_value',
  },
  {
    title: 'nothing for a value',
    nodes: destroy({ $eq: '{{$context.data.v}}' }),
    payload: {},
    ends: 'error',
    code: 'filter_value',
  },
  {
    title: 'an object for a list of values',
    nodes: destroy({ $in: '{{$context.data.v}}' }),
    payload: { v: { $ne: 1 } },
    ends: 'error',
    code: 'filter_value',
  },
  {
    title: 'a line break in an address',
    nodes: mail,
    payload: { v: 'x@y.co\r\nBcc: evil@z.co' },
    ends: 'failed',
    code: 'invalid_address',
  },
  {
    title: 'results of 100 MB',
    nodes: [
      {
        key: 'l',
        type: 'loop',
        config: { target: 1_000 },
        branches: { body: one('variable', { value: '{{$context.data.v}}' }) },
      },
    ],
    payload: { v: 'x'.repeat(100_000) },
    ends: 'error',
    code: 'result_too_large',
  },
];

let hookmill: Hookmill;
let canary: { stop(): Promise<{ answers: number; wrong: string[]; slowest: number }> };

beforeAll(async () => {
  hookmill = await startHookmill({ redis: true });
  await hookmill.api('PUT', '/collections/things', { fields: [{ name: 'name', type: 'string' }] });
  for (const name of ['a', 'b']) await hookmill.api('POST', '/collections/things/records', { name });
  for (const [index, { nodes, trigger = sync }] of HOSTILE.entries()) await put(`hostile-${index}`, trigger, nodes);
  await put('canary', sync, [{ type: 'response', config: { body: '{{$context.data.n}}' } }]);
  await eventually(
    () => call('canary', { n: 0 }),
    ({ status }) => status === 200,
  );
  canary = startCanary();
}, 120_000);
afterAll(() => hookmill?.stop(), 60_000);

async function put(key: string, trigger: JsonObject, nodes: Json, options: JsonObject = {}): Promise<void> {
  const { status, body } = await hookmill.api('PUT', `/workflows/${key}`, { enabled: true, trigger, nodes, options });
  if (status >= 300) throw new Error(`${key}: ${JSON.stringify(body)}`);
}

async function call(key: string, payload: Json | string) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${hookmill.gatewayUrls[0]}/api/webhooks/${key}`, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text(), id: answer.headers.get('x-execution-id') };
}

/** Somebody else's workflow, called all the time. */
function startCanary() {
  let isStopped = false;
  const seen = { answers: 0, wrong: [] as string[], slowest: 0 };
  const running = (async () => {
    while (!isStopped) {
      const started = Date.now();
      const { status, text } = await call('canary', { n: seen.answers }).catch((error: Error) => ({
        status: 0,
        text: error.message,
      }));
      if (status !== 200 || text !== String(seen.answers)) seen.wrong.push(`${status} ${text}`);
      seen.slowest = Math.max(seen.slowest, Date.now() - started);
      seen.answers += 1;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  })();
  return {
    stop: async () => {
      isStopped = true;
      await running;
      return seen;
    },
  };
}

function residentMb(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? Number.POSITIVE_INFINITY) / 1_024;
}

describe('a hostile payload', () => {
  it.each(HOSTILE.map((hostile, index) => ({ ...hostile, index })))(
    'ends its own execution only: $title',
    async ({ index, payload, ends, code }) => {
      const { status, id } = await call(`hostile-${index}`, payload);
      if (typeof ends === 'number') return expect([status, id]).toEqual([ends, null]);
      const read = await hookmill.api('GET', `/executions/${id}`);
      expect([read.status, read.body['status']]).toEqual([200, ends]);
      const errors = (read.body['nodeRuns'] as JsonObject[]).map(({ error }) => (error as JsonObject | null)?.['code']);
      if (code !== undefined) expect(errors).toContain(code);
    },
    30_000,
  );

  it('deletes nothing that its document does not name', async () => {
    const { body } = await hookmill.api('GET', '/collections/things/records');
    expect((body['items'] as JsonObject[]).map(({ name }) => name)).toEqual(['b', 'a']);
  });

  it.each<[string, string, JsonObject, Json, JsonObject]>([
    [
      'a collection that writes to itself',
      'selfish',
      { type: 'collection', collection: 'things', events: ['created'] },
      one('create', { collection: 'things', values: { name: 'again' } }),
      { stackLimit: 3 },
    ],
    ['a subflow of itself', 'inner', sync, one('subflow', { workflow: 'inner' }), { stackLimit: 3 }],
    [
      'an error workflow that fails',
      'failing',
      sync,
      one('end', { endStatus: 'failed' }),
      { errorWorkflow: 'failing' },
    ],
  ])(
    'ends at the stack limit: %s',
    async (_what, key, trigger, nodes, options) => {
      await put(key, trigger, nodes, options);
      if (trigger['type'] === 'webhook') {
        await eventually(
          () => call(key, {}),
          ({ status }) => status !== 404,
        );
      } else await hookmill.api('POST', '/collections/things/records', { name: 'first' });
      const list = () => hookmill.api('GET', `/executions?workflow=${key}`);
      const isOver = ({ body }: Awaited<ReturnType<typeof list>>) => {
        const items = body['items'] as JsonObject[];
        return items.length > 0 && items.every(({ endedAt }) => endedAt !== null);
      };
      const { body } = await eventually(list, isOver, 15_000);
      expect((body['items'] as JsonObject[]).length).toBeLessThanOrEqual(4);
    },
    30_000,
  );

  it('leaves every process alive, of sane size, and serving others all the while', async () => {
    const { answers, wrong, slowest } = await canary.stop();
    expect(wrong).toEqual([]);
    expect(answers).toBeGreaterThan(10);
    expect(slowest).toBeLessThan(LONGEST_SILENCE_MS);
    const { gateways, workers, admin } = hookmill.processes;
    for (const { pid } of [...gateways, ...workers, admin]) expect(residentMb(pid!)).toBeLessThan(MOST_MEMORY_MB);
  });
});
