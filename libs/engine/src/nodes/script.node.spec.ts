import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { fakeScript, scriptedScript } from '../testing/fake-script.js';
import { runNode } from '../testing/run-node.js';
import { scriptNode } from './script.node.js';

const failing = scriptedScript({ ok: false, code: 'script_timeout', message: 'It took too long.', log: 'began' });

describe('script', () => {
  it('sees the trigger context and its arguments', async () => {
    const config = { content: 'return context.data.a + n', arguments: [{ name: 'n', value: '{{$context.data.b}}' }] };
    const outcome = await runNode(scriptNode, { config, context: { data: { a: 1, b: 2 } } });
    expect(outcome).toMatchObject({ kind: 'done', result: 3 });
  });

  it('gets null for an argument whose template finds nothing', async () => {
    const config = { content: 'return n', arguments: [{ name: 'n', value: '{{$context.absent}}' }] };
    expect(await runNode(scriptNode, { config })).toMatchObject({ result: null });
  });

  it('does not render templates inside the script', async () => {
    const config = { content: "return '{{$context.a}}'" };
    expect(await runNode(scriptNode, { config, context: { a: "'; throw 1; '" } })).toMatchObject({
      result: '{{$context.a}}',
    });
  });

  it('keeps what it printed', async () => {
    const outcome = await runNode(scriptNode, { config: { content: "console.log('a', 1)" } });
    expect(outcome).toMatchObject({ kind: 'done', result: null, log: 'a 1' });
  });

  it('is an error with the code of what happened, and keeps the log', async () => {
    const outcome = await runNode(scriptNode, { config: { content: '' }, ports: { script: failing } });
    const error = { code: 'script_timeout', message: 'It took too long.' };
    expect(outcome).toEqual({ kind: 'fail', status: 'error', error, log: 'began' });
  });

  it('goes on with the message when told to', async () => {
    const outcome = await runNode(scriptNode, { config: { content: '', continue: true }, ports: { script: failing } });
    expect(outcome).toEqual({ kind: 'done', result: 'It took too long.', log: 'began' });
  });

  it('does not go on when the execution was stopped', async () => {
    const script = scriptedScript({ ok: false, code: 'aborted', message: 'Stopped.', log: '' });
    const outcome = await runNode(scriptNode, { config: { content: '', continue: true }, ports: { script } });
    expect(outcome).toMatchObject({ kind: 'fail', status: 'aborted' });
  });

  it('runs at most as long as the installation allows', async () => {
    const timeouts = [];
    for (const timeout of [undefined, 0, 50, 60_000]) {
      const script = fakeScript();
      const config: JsonObject = timeout === undefined ? { content: '' } : { content: '', timeout };
      await runNode(scriptNode, { config, ports: { script }, limits: { scriptWallMs: 1000 } });
      timeouts.push(script.requests[0]?.timeoutMs);
    }
    expect(timeouts).toEqual([1000, 1000, 50, 1000]);
  });

  it('refuses arguments that hide something or come twice', () => {
    const names = ['context', 'a', 'return', 'a'].map((name) => ({ name }));
    const node = { key: 's', type: 'script', config: {}, branches: {} };
    const faults = scriptNode.check?.({ content: '', arguments: names }, node) ?? [];
    expect(faults.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/arguments/0/name', 'invalid'],
      ['/arguments/2/name', 'invalid'],
      ['/arguments/3/name', 'duplicate'],
    ]);
  });
});
