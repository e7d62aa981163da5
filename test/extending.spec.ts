import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import {
  compileWith,
  nodeRegistry,
  runExecution,
  triggerRegistry,
  type CompiledWorkflow,
  type NodeDefinition,
  type TriggerDefinition,
} from '#engine';
import {
  committedRuns,
  executionInput,
  fakeHttp,
  inMemoryJournal,
  nodeConformance,
  runNodeExample,
  triggerConformance,
} from '#engine/testing';
import {
  findHandshake,
  providers,
  readDelivery,
  signMessage,
  verifySignature,
  type Provider,
  type SignedMessage,
} from '#signatures';
import { overlay } from './support/overlay.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const page = readFileSync(join(root, 'docs/extending.md'), 'utf8');
const blocks = [...page.matchAll(/^```ts\n\/\/ (\S+\.ts)\n(.*?)^```$/gms)];
const files = new Map(blocks.map(([, path, content]) => [path!, content!]));
const folder = overlay(files);
afterAll(() => rmSync(folder, { recursive: true }));

const load = async (path: string) => (await import(join(folder, path))) as Record<string, unknown>;
const { officeHoursNode } = await load('libs/engine/src/nodes/office-hours.node.ts');
const { exchangeRateNode } = await load('libs/engine/src/nodes/exchange-rate.node.ts');
const { mailTrigger } = await load('libs/engine/src/triggers/mail.trigger.ts');
const { receiveMail } = await load('apps/worker/src/triggers/receive-mail.ts');
const { parcels } = (await load('libs/signatures/src/providers/parcels.ts')) as { parcels: Provider };
const nodes = [officeHoursNode, exchangeRateNode] as NodeDefinition[];
const trigger = mailTrigger as unknown as TriggerDefinition;

// Its tests join those below.
await import(join(folder, 'libs/engine/src/nodes/office-hours.node.spec.ts'));

const compile = compileWith(
  new Map([...nodeRegistry, ...nodes.map((node): [string, NodeDefinition] => [node.type, node])]),
  new Map([...triggerRegistry, [trigger.type, trigger]]),
);

function compiled(document: object): CompiledWorkflow {
  const result = compile(document);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.workflow;
}

describe('the code of docs/extending.md', () => {
  it('is all taken from the page', () => {
    expect([...files.keys()]).toEqual([
      'libs/engine/src/nodes/office-hours.node.ts',
      'libs/engine/src/nodes/office-hours.node.spec.ts',
      'libs/engine/src/nodes/exchange-rate.node.ts',
      'libs/engine/src/triggers/mail.trigger.ts',
      'apps/worker/src/triggers/receive-mail.ts',
      'libs/signatures/src/providers/parcels.ts',
    ]);
  });

  it('has no type errors where it would lie', () => {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file));
    const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
    // What it declares has to reach the sources: all of them are seen in the overlay.
    const paths = Object.entries(options.paths ?? {}).map(([name, [path]]) => [name, [join(folder, path!)]]);
    const names = [...files.keys()].map((file) => join(folder, file));
    const program = ts.createProgram(names, { ...options, paths: Object.fromEntries(paths), noEmit: true });
    const faults = names.flatMap((name) => {
      const source = program.getSourceFile(name);
      if (source === undefined) return [`${name} was not compiled`];
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    });
    expect(faults).toEqual([]);
  }, 120_000);

  it.each(nodes)('declares nodes that have all that a node needs: $type', async (node) => {
    expect(nodeConformance(node)).toEqual([]);
    for (const example of node.examples) expect(await runNodeExample(node, example)).toMatchObject(example.expect);
  });

  it('declares a trigger that has all that a trigger needs', () => {
    expect(triggerConformance(trigger)).toEqual([]);
  });
});

describe('a workflow with the node that waits', () => {
  const workflow = compiled({
    trigger: { type: 'manual' },
    nodes: [
      { key: 'office', type: 'office-hours', config: { opens: '{{$context.opens}}', closes: 18 } },
      { type: 'output', config: { value: '{{$jobsMapByNodeKey.office}}' } },
    ],
  });

  it('waits, and goes on where it was once the time has come', async () => {
    const journal = inMemoryJournal();
    const first = await runExecution(executionInput(workflow, { opens: 9 }, { ports: { journal } }));
    expect([first.kind, journal.entries.at(-1)?.resumeAt]).toEqual(['suspended', new Date('2026-01-02T09:00:00Z')]);

    const later = { ports: { now: () => new Date('2026-01-02T09:00:01Z') }, restored: committedRuns(journal.entries) };
    const second = await runExecution(executionInput(workflow, { opens: 9 }, later));
    expect(second).toMatchObject({ kind: 'ended', status: 'resolved', output: '2026-01-02T09:00:00.000Z' });
  });

  it('ends as error when a template gives no hour', async () => {
    const outcome = await runExecution(executionInput(workflow, { opens: 'late' }));
    expect(outcome).toMatchObject({ status: 'error', nodeRuns: [{ error: { code: 'invalid_hours' } }] });
  });

  it('is refused where a sender waits, and with hours that cannot be', () => {
    const faults = (trigger: object, config: object) => {
      const result = compile({ trigger, nodes: [{ type: 'office-hours', config }] });
      return result.ok ? [] : result.faults.map(({ pointer }) => pointer);
    };
    expect(faults({ type: 'webhook', mode: 'sync' }, { opens: 9, closes: 18 })).toEqual(['/nodes/0/type']);
    expect(faults({ type: 'manual' }, { opens: 18, closes: 9 })).toEqual(['/nodes/0/config/closes']);
    expect(faults({ type: 'manual' }, { opens: 9 })).toEqual(['/nodes/0/config/closes']);
  });
});

describe('a workflow with the node that acts outside', () => {
  const workflow = compiled({
    trigger: { type: 'manual' },
    nodes: [{ type: 'exchange-rate', config: { currency: 'USD', retry: { attempts: 2, backoff: 0 } } }],
  });

  it('writes its intent down, then asks again after a failure that is known', async () => {
    const http = fakeHttp({ status: 503 }, { body: '1.08' });
    const journal = inMemoryJournal();
    const outcome = await runExecution(executionInput(workflow, {}, { ports: { http, journal } }));
    expect(outcome).toMatchObject({ status: 'resolved', nodeRuns: [{ result: 1.08 }] });
    expect([http.sent.length, journal.entries.length]).toEqual([2, 1]);
  });

  it.each([
    [fakeHttp({ status: 404 }), 'failed', 'unknown_currency'],
    [fakeHttp({ body: 'none' }), 'error', 'invalid_rate'],
  ])('ends as it says when the service does not help', async (http, status, code) => {
    const outcome = await runExecution(executionInput(workflow, {}, { ports: { http } }));
    expect(outcome).toMatchObject({ status, nodeRuns: [{ error: { code } }] });
  });
});

describe('a workflow with the trigger', () => {
  it('is bound to its address, and started by a mail to it', async () => {
    const document = { trigger: { type: 'mail', address: 'Orders@in.example.com' }, nodes: [] };
    const trigger = compiled(document).trigger;
    const binding = 'binding' in trigger ? trigger.binding : null;
    expect(binding).toMatchObject({ kind: 'mail', events: ['orders@in.example.com'] });

    const started: object[] = [];
    const workflow = { workflowId: 1, versionId: 2, mode: 'async' };
    const store = {
      findBound: () =>
        Promise.resolve([
          { ...workflow, ...binding },
          { ...workflow, events: ['else@in.example.com'] },
        ]),
      start: (execution: object) => Promise.resolve(started.push(execution)),
    };
    const mail = { to: 'orders@IN.example.com', from: 'ann@example.com', subject: 'Two chairs', text: 'Please.' };
    await (receiveMail as (triggers: object, mail: object) => Promise<unknown>)(store, mail);
    const { to, ...input } = mail;
    expect(to.toLowerCase()).toBe(binding?.events[0]);
    expect(started).toEqual([{ ...workflow, id: expect.any(String), input, replyTo: null }]);
  });

  it('is refused without an address', () => {
    const fault = (trigger: object) => {
      const result = compile({ trigger: { type: 'mail', ...trigger }, nodes: [] });
      return result.ok ? [] : result.faults.map(({ pointer, code }) => `${pointer} ${code}`);
    };
    expect(fault({})).toEqual(['/trigger/address missing']);
    expect(fault({ address: 'orders' })).toEqual(['/trigger/address invalid']);
    expect(fault({ address: 'a@b.c', mode: 'sync' })).toEqual(['/trigger/mode invalid']);
  });
});

describe('a workflow with the provider', () => {
  const registry = providers as Map<string, Provider>;
  beforeAll(() => void registry.set(parcels.name, parcels));
  afterAll(() => void registry.delete(parcels.name));
  const [vector] = parcels.vectors;
  const entry = { provider: 'parcels', secrets: ['parcel secret'] };
  const now = new Date('2026-03-01T12:00:00Z');
  const from = (body: string, headers: Record<string, string>): SignedMessage => {
    return {
      method: 'POST',
      url: 'https://hooks.example.com/api/webhooks/p',
      headers,
      rawBody: Buffer.from(body),
      now,
    };
  };
  const verdictOf = (message: SignedMessage) => verifySignature(entry, message, () => Promise.resolve(null));

  it('takes its vector, and no other body, time or secret', () => {
    const message = from(vector!.body, vector!.headers);
    expect(verdictOf(message)).toEqual({ ok: true, secretIndex: 0 });
    expect(verdictOf({ ...message, rawBody: Buffer.from('{}') })).toEqual({ ok: false, reason: 'mismatch' });
    const later = new Date('2026-03-01T12:05:01Z');
    expect(verdictOf({ ...message, now: later })).toEqual({ ok: false, reason: 'timestamp_out_of_tolerance' });
    expect(verdictOf(from(vector!.body, {}))).toEqual({ ok: false, reason: 'missing_signature' });
  });

  it('signs its sample, reads its ids, and answers its probe', () => {
    const { headers, body } = parcels.sample;
    const request = { method: 'POST', url: 'https://hooks.example.com/', headers, body: Buffer.from(body) };
    const signed = signMessage(entry, request, now);
    const message = from(body, signed.headers);
    expect(verdictOf(message)).toMatchObject({ ok: true });
    expect(readDelivery('parcels', message)).toEqual({ deliveryId: '4f0c', eventType: 'delivered' });
    const probe = from('{"event":"ping","challenge":"abc"}', {});
    expect(findHandshake(entry, probe, 'signed')).toMatchObject({ reply: { body: '{"challenge":"abc"}' } });
    expect(findHandshake(entry, message, 'signed')).toBeNull();
  });

  it('is stored with a secret, and refused without', () => {
    const faults = (auth: object) => {
      const result = compile({ trigger: { type: 'webhook', auth: [{ type: 'signature', ...auth }] }, nodes: [] });
      return result.ok ? [] : result.faults.map(({ pointer }) => pointer);
    };
    expect(faults({ provider: 'parcels', secrets: ['{{$env.PARCELS}}'] })).toEqual([]);
    expect(faults({ provider: 'parcels' })).toEqual(['/trigger/auth/0/secrets']);
  });
});
