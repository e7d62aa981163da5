import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { compileWorkflow, isWebhookWorkflow, type ExecutionOutcome } from '#engine';
import { runDocument } from '#engine/testing';
import type { Json } from '#shared';

const folder = new URL('../examples/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

function read(name: string): unknown {
  return parse(readFileSync(new URL(name, folder), 'utf8'));
}

function run(name: string, context: Json): Promise<ExecutionOutcome> {
  return runDocument(read(`${name}.yaml`), context);
}

describe('the examples', () => {
  it.each(files)('compile, are enabled and named like their file: %s', (name) => {
    const compiled = compileWorkflow(read(name));
    expect(compiled).toMatchObject({ ok: true });
    if (!compiled.ok) return;
    expect(compiled.workflow.document).toMatchObject({ key: name.replace('.yaml', ''), enabled: true });
  });
});

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

describe('form-intake', () => {
  it('answers by whether there is an e-mail address', async () => {
    expect((await run('form-intake', { data: { name: 'Ann', email: 'ann@example.com' } })).reply?.status).toBe(201);
    for (const data of [{ name: 'Ann' }, { name: 'Ann', email: '' }] as Json[]) {
      const { reply } = await run('form-intake', { data });
      expect(reply).toMatchObject({ status: 202, body: '{"received":true,"name":"Ann","answerTo":null}' });
    }
  });

  it('refuses a form without a name or with an address that is none', () => {
    const compiled = compileWorkflow(read('form-intake.yaml'));
    const validate =
      compiled.ok && isWebhookWorkflow(compiled.workflow) ? compiled.workflow.trigger.validateBody : null;
    expect(validate?.({ name: 'Ann' })).toEqual([]);
    expect(validate?.({ email: 'ann@example.com' })).not.toEqual([]);
    expect(validate?.({ name: 'Ann', email: 'nowhere' })).not.toEqual([]);
  });
});

describe('github-push', () => {
  it('tells the main branch from others', async () => {
    const push = { ref: 'refs/heads/main', after: 'abc', commits: [{}, {}], repository: { full_name: 'o/r' } };
    expect((await run('github-push', { data: push })).output).toEqual({
      deploy: true,
      repository: 'o/r',
      revision: 'abc',
      commits: 2,
    });
    const other = await run('github-push', { data: { ...push, ref: 'refs/heads/feature/x' } });
    expect(other.output).toEqual({ deploy: false, branch: 'feature/x' });
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
