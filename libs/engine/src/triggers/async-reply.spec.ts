import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { providers, type Provider } from '#signatures';
import type { TriggerContext } from '../contract/request.js';
import { isWebhookWorkflow, type WebhookWorkflow } from '../contract/compiled-workflow.js';
import { compileWith } from '../definition/compile-workflow.js';
import { asyncReplyIsTemplated, asyncReplyStatus, filteredReply, renderAsyncReply } from './async-reply.js';

const compile = compileWith(new Map());
const registry = providers as Map<string, Provider>;
const auth = [{ type: 'signature', provider: 'test-pay', secrets: ['{{$env.S}}'] }];
const parts = { context: {} as TriggerContext, env: {}, executionId: '', version: 1, now: new Date(0) };

function workflow(trigger: object): WebhookWorkflow {
  const result = compile({ trigger: { type: 'webhook', ...trigger }, nodes: [] });
  if (!result.ok || !isWebhookWorkflow(result.workflow)) throw new Error(JSON.stringify(result));
  return result.workflow;
}

beforeAll(() => {
  const acknowledgement = { status: 202, headers: { 'content-type': 'text/plain' }, body: 'success' };
  registry.set('test-pay', { ...registry.get('github')!, name: 'test-pay', acknowledgement });
});
afterAll(() => void registry.delete('test-pay'));

describe('the async answer', () => {
  it('is what the provider wants to hear, without any template', () => {
    const signed = workflow({ auth });
    const expected = { status: 202, headers: { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' } };
    expect(renderAsyncReply(signed, parts)).toEqual({ ...expected, body: 'success' });
    expect(filteredReply(signed, parts).body).toBe('success');
    expect([asyncReplyStatus(signed), asyncReplyIsTemplated(signed)]).toEqual([202, false]);
  });

  it('is what the document states, whatever the provider wants', () => {
    const signed = workflow({ auth, response: { body: 'mine' } });
    expect([asyncReplyStatus(signed), renderAsyncReply(signed, parts).body]).toEqual([200, 'mine']);
  });

  it('is ok otherwise', () => {
    const open = workflow({});
    expect(renderAsyncReply(open, parts)).toMatchObject({ status: 200, body: 'ok' });
    expect(asyncReplyStatus(open)).toBe(200);
  });
});
