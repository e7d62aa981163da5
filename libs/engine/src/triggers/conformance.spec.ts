import { describe, expect, it } from '@jest/globals';
import { compileBodySchema } from '../definition/compile-body-schema.js';
import { compileWorkflow } from '../nodes/compile-workflow.js';
import { triggerConformance } from '../testing/trigger-conformance.js';
import { triggerCatalogue, triggerRegistry } from './index.js';

const DOCUMENTED_TRIGGERS =
  'action approval collection custom-action manual request-interception schedule webhook'.split(' ');

describe('the registry of the triggers', () => {
  it('holds exactly the documented ones', () => {
    expect([...triggerRegistry.keys()].sort()).toEqual(DOCUMENTED_TRIGGERS);
    for (const [type, definition] of triggerRegistry) expect(definition.type).toBe(type);
  });
});

describe('every trigger', () => {
  it.each([...triggerRegistry.values()])('has all that a trigger needs: $type', (definition) => {
    expect(triggerConformance(definition)).toEqual([]);
  });

  it.each([...triggerRegistry.values()])('has examples that compile with all the others: $type', ({ examples }) => {
    for (const example of examples) expect(compileWorkflow(example)).toMatchObject({ ok: true });
  });

  it('refuses modes that it does not have', () => {
    for (const { type, modes } of triggerCatalogue()) {
      const other = modes.includes('sync') ? 'async' : 'sync';
      const example = triggerRegistry.get(type)?.examples[0];
      const trigger = { ...(example?.trigger as object), mode: modes.length === 2 ? 'later' : other };
      const compiled = compileWorkflow({ nodes: [], trigger });
      expect([type, compiled.ok ? [] : compiled.faults.map(({ pointer }) => pointer)]).toEqual([
        type,
        ['/trigger/mode'],
      ]);
    }
  });
});

describe('the catalogue of the triggers', () => {
  it('is data that can be sent as JSON', () => {
    const catalogue = triggerCatalogue();
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
    expect(catalogue.map(({ type }) => type)).toEqual([...triggerRegistry.keys()]);
  });

  it('shows what entries of auth may hold', () => {
    const webhook = triggerCatalogue().find(({ type }) => type === 'webhook');
    const validate = compileBodySchema(webhook?.configSchema ?? {});
    const trigger = { type: 'webhook', auth: [{ type: 'token', header: 'x', value: 'y' }] };
    expect(typeof validate === 'string' ? validate : validate(trigger)).toEqual([]);
  });
});
