import { describe, expect, it } from '@jest/globals';
import { compileWorkflow } from '../nodes/compile-workflow.js';
import { compileBodySchema } from '../definition/compile-body-schema.js';
import { triggerCatalogue, triggerRegistry } from './index.js';

const cases = [...triggerRegistry.values()].flatMap((definition) =>
  definition.examples.map((example) => ({ name: `${definition.type}: ${String(example.title)}`, definition, example })),
);

describe('the examples of the triggers', () => {
  it('are two at least for every trigger', () => {
    for (const { type, examples } of triggerRegistry.values()) {
      expect([type, examples.length >= 2]).toEqual([type, true]);
    }
  });

  it.each(cases)('are documents without faults: $name', ({ definition, example }) => {
    const compiled = compileWorkflow(example);
    expect(compiled).toMatchObject({ ok: true });
    expect(compiled.ok && compiled.workflow.trigger.config).toMatchObject({ type: definition.type });
  });

  it.each(cases)('are accepted by the schema that the catalogue shows: $name', ({ definition, example }) => {
    const validate = compileBodySchema(definition.shownSchema ?? definition.configSchema);
    expect(typeof validate === 'string' ? validate : validate(example.trigger)).toEqual([]);
  });
});

describe('the catalogue of the triggers', () => {
  it('is data that can be sent as JSON', () => {
    const catalogue = triggerCatalogue();
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
    expect(catalogue.map(({ type }) => type)).toEqual([...triggerRegistry.keys()]);
  });

  it('refuses unknown properties, and modes that a trigger does not have', () => {
    for (const { type, configSchema, modes } of triggerCatalogue()) {
      expect([type, configSchema.additionalProperties]).toEqual([type, false]);
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

  it('shows what entries of auth may hold', () => {
    const webhook = triggerCatalogue().find(({ type }) => type === 'webhook');
    const validate = compileBodySchema(webhook?.configSchema ?? {});
    const trigger = { type: 'webhook', auth: [{ type: 'token', header: 'x', value: 'y' }] };
    expect(typeof validate === 'string' ? validate : validate(trigger)).toEqual([]);
  });
});
