import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  compileWorkflow,
  readChannel,
  type EnginePorts,
  type ExecutionOutcome,
  type NotificationRequest,
} from '#engine';
import { fakeData, runDocument } from '#engine/testing';
import type { Json, JsonObject } from '#shared';
import { readExamples } from '../apps/local/src/read-examples.js';

const folder = new URL('../examples/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const examples = readExamples(fileURLToPath(folder));
const of = (kind: string) => examples.filter((example) => example.kind === kind);

function read(name: string): unknown {
  return parse(readFileSync(new URL(name, folder), 'utf8'));
}

function run(name: string, context: Json, ports: Partial<EnginePorts> = {}): Promise<ExecutionOutcome> {
  return runDocument(read(`${name}.yaml`), context, { ports });
}

describe('the examples', () => {
  it.each(files)('compile, are enabled and named like their file: %s', (name) => {
    const compiled = compileWorkflow(read(name));
    expect(compiled).toMatchObject({ ok: true });
    if (!compiled.ok) return;
    expect(compiled.workflow.document).toMatchObject({ key: name.replace('.yaml', ''), enabled: true });
  });

  it('are listed with a sentence each in the README', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const listed = [...readme.matchAll(/^\| \[`([a-z-]+)`\]\(examples\/([a-z-]+)\.yaml\) +\| \w/gm)];
    expect(listed.map(([, text, target]) => [text, target]).sort()).toEqual(
      of('workflows').map(({ name }) => [name, name]),
    );
  });

  it('name only collections, fields and channels that are among them', () => {
    const fields = new Map(of('collections').map(({ name, document }) => [name, fieldsOf(document)]));
    const used = objectsIn(of('workflows').map(({ document }) => document));
    const named = used.filter(({ collection }) => typeof collection === 'string');
    expect(named.length).toBeGreaterThan(5);
    for (const { collection, values = {}, filter = {} } of named) {
      const known = fields.get(String(collection));
      for (const field of [...Object.keys(values as JsonObject), ...Object.keys(filter as JsonObject)])
        expect({ collection, field, known: known?.has(field) }).toEqual({ collection, field, known: true });
    }
    const channels = used.flatMap(({ channel }) => (typeof channel === 'string' ? [channel] : []));
    expect([...new Set(channels)].sort()).toEqual(of('channels').map(({ name }) => name));
  });

  it.each(of('channels').map((example) => [example.name, example] as const))(
    'hold a channel that is valid: %s',
    (_name, { document: { name: _ignored, ...channel } }) => {
      expect(readChannel(channel)).toMatchObject({ channel: { type: channel['type'] } });
    },
  );
});

function fieldsOf({ fields }: JsonObject): ReadonlySet<string> {
  return new Set(['id', ...(fields as JsonObject[]).map(({ name }) => String(name))]);
}

function objectsIn(value: Json): JsonObject[] {
  if (value === null || typeof value !== 'object') return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value, ...inner];
}

describe('hello', () => {
  it('keeps the message of the sample request', async () => {
    const outcome = await run('hello', { data: { event: 'test', data: { message: 'Hello NocoBase' } } });
    expect(outcome).toMatchObject({ status: 'resolved', reply: null, output: { message: 'Hello NocoBase' } });
    expect(outcome.nodeRuns[0]).toMatchObject({ nodeKey: 'message', result: 'Hello NocoBase' });
  });
});

describe('answer-by-condition', () => {
  it('answers 200 when it was paid', async () => {
    const { reply } = await run('answer-by-condition', { data: { payment: { id: 'p-1', state: 'paid' } } });
    expect(reply).toMatchObject({ status: 200, body: '{"success":true,"payment":"p-1"}' });
  });

  it('answers 422 for any other state', async () => {
    const { reply } = await run('answer-by-condition', { data: { payment: { id: 'p-1', state: 'open' } } });
    expect(reply).toMatchObject({ status: 422, body: '{"success":false,"payment":"p-1","state":"open"}' });
    expect((await run('answer-by-condition', { data: null })).reply?.status).toBe(422);
  });
});

describe('github-script-check', () => {
  const data = { ref: 'refs/heads/main', note: 'ünïcode' };
  const signature = `sha256=${createHmac('sha256', 'your-webhook-secret').update(JSON.stringify(data)).digest('hex')}`;

  it('resolves for a good signature', async () => {
    const outcome = await run('github-script-check', { data, headers: { 'x-hub-signature-256': signature } });
    expect(outcome).toMatchObject({ status: 'resolved', reply: { status: 200 } });
  });

  it('ends as an error for a forged or missing one', async () => {
    const forged = { 'x-hub-signature-256': signature.replace(/.$/, 'x') };
    for (const headers of [forged, {}] as Json[]) {
      const outcome = await run('github-script-check', { data, headers });
      expect(outcome).toMatchObject({
        status: 'error',
        error: { message: 'Invalid signature' },
        reply: { status: 500 },
      });
    }
  });
});

describe('the small examples', () => {
  it('add up the lines of an order', async () => {
    const lines = [
      { price: 1.5, count: 4 },
      { price: 200, count: 1 },
    ];
    const reply = async (data: Json) => (await run('order-total', { data })).reply;
    expect(await reply({ lines })).toMatchObject({ status: 200, body: '{"lines":2,"total":206}' });
    expect(await reply({ lines: [] })).toMatchObject({ status: 200, body: '{"lines":0,"total":0}' });
  });

  it.each([
    [{ north: 9, south: 0 }, 'north'],
    [{ north: 1, south: 9 }, 'south'],
  ])('find a warehouse for %j', async (stock, from) => {
    const { reply } = await run('stock-check', { data: { count: 3, stock } });
    expect(reply).toMatchObject({ status: 200, body: JSON.stringify({ from }) });
  });

  it('find none', async () => {
    const outcome = await run('stock-check', { data: { count: 3, stock: { north: 1, south: 2 } } });
    expect(outcome).toMatchObject({ status: 'failed', reply: { status: 500 } });
  });

  it('pick the large lines, dearest first', async () => {
    const price = (name: string, amount: number) => ({ name, price: amount, note: 'x' });
    const lines = [price('pen', 2), price('lamp', 150), price('desk', 200)];
    const { reply } = await run('large-lines', { data: { lines } });
    expect(JSON.parse(String(reply?.body))).toEqual([
      { product: 'desk', price: 200 },
      { product: 'lamp', price: 150 },
    ]);
  });

  it('say what shipping costs', async () => {
    const cost = async (kilos: number) => (await run('shipping-cost', { kilos })).output;
    expect([await cost(10), await cost(12)]).toEqual([{ cost: 4.9 }, { cost: 9.9 }]);
  });

  it('count on weekdays what waits, for the day as people there have it', async () => {
    const data = fakeData(3);
    const { output } = await run('weekday-summary', { date: '2026-07-05T22:30:00.000Z' }, { data });
    expect(output).toBe('2026-07-06: 3 undecided');
    expect(data.asked).toMatchObject([{ collection: 'registrations', filter: { status: { $eq: { $value: 'new' } } } }]);
  });

  it('tell the owner what became of a registration', async () => {
    const told: NotificationRequest[] = [];
    const send = async (request: NotificationRequest) => {
      told.push(request);
      return { ok: true as const, result: {} };
    };
    const context = {
      ...{ event: 'updated', changed: ['status'], previous: { status: 'new' } },
      data: { id: 7, name: 'Ann', owner: 'sales', status: 'declined' },
    };
    await run('registration-decided', context, { notifications: { send } });
    expect(told).toMatchObject([
      { channel: 'desk', message: { to: ['sales'], subject: 'Registration 7', text: 'Ann: new, now declined' } },
    ]);
  });
});
