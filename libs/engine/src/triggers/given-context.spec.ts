import { describe, expect, it } from '@jest/globals';
import { compileWith } from '../definition/compile-workflow.js';
import { givenContext } from './given-context.js';

function contextOf(trigger: object, input: Parameters<typeof givenContext>[1]) {
  const compiled = compileWith(new Map())({ trigger, nodes: [] });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  return givenContext(compiled.workflow, input);
}

describe('givenContext', () => {
  it('is what the starter gave, whatever it is', () => {
    for (const input of [{ date: '2026-01-01T00:00:00.000Z' }, 'text', null]) {
      expect(contextOf({ type: 'schedule', repeat: 'every 1h' }, input)).toEqual(input);
    }
  });

  it('has the shape of a request where templates expect one', () => {
    expect(contextOf({ type: 'webhook' }, { data: 1 })).toMatchObject({ data: 1, body: 1, headers: {}, query: {} });
  });
});
