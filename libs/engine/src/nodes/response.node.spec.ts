import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../contract/outcome.js';
import { runNode } from '../testing/run-node.js';
import { responseNode } from './response.node.js';

function replyOf(outcome: Outcome): Extract<Outcome, { kind: 'reply' }> {
  if (outcome.kind !== 'reply') throw new Error(`expected a reply, got ${outcome.kind}`);
  return outcome;
}

describe('response', () => {
  it('answers 200 with an empty body when nothing is said', async () => {
    expect(await runNode(responseNode, { config: {} })).toMatchObject({ reply: { status: 200, body: '' } });
  });

  it('sends text as plain text and says how much', async () => {
    const outcome = replyOf(
      await runNode(responseNode, { config: { body: 'grüezi {{$context.name}}' }, context: { name: 'Ann' } }),
    );
    expect(outcome.reply.body).toBe('grüezi Ann');
    expect(outcome.reply.headers['content-type']).toMatch(/^text\/plain/);
    expect(outcome.result).toMatchObject({ status: 200, bytes: 11 });
  });

  it('takes status and headers from templates', async () => {
    const config = { status: '{{$context.status}}', headers: { 'X-Order': '{{$context.id}}' }, body: 'x' };
    const { reply } = replyOf(await runNode(responseNode, { config, context: { status: 422, id: 7 } }));
    expect(reply.status).toBe(422);
    expect(reply.headers['x-order']).toBe('7');
  });

  it('becomes a 500 that says why when a template made the status illegal', async () => {
    const config = { status: '{{$context.status}}', body: 'x' };
    const outcome = replyOf(await runNode(responseNode, { config, context: { status: 99 } }));
    expect(outcome.reply.status).toBe(500);
    expect(outcome.error?.message).toContain('status');
  });

  it('drops a header into which a payload wrote a line break', async () => {
    const config = { headers: { 'x-a': '{{$context.a}}', 'x-b': 'kept' }, body: 'x' };
    const outcome = replyOf(await runNode(responseNode, { config, context: { a: 'b\r\nset-cookie: c=1' } }));
    expect(outcome.reply.headers).toMatchObject({ 'x-b': 'kept' });
    expect(outcome.reply.headers).not.toHaveProperty('x-a');
    expect(outcome.error).toBeDefined();
  });

  it('finds an illegal status and header before anything runs', () => {
    const node = { key: 'r', type: 'response', config: {}, branches: {} };
    const faults = responseNode.check?.({ status: 42, headers: { 'content-length': '3' } }, node) ?? [];
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/status', '/headers/content-length']);
  });
});
