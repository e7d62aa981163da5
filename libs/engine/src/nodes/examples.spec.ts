import { describe, expect, it } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020.js';
import { answeringPorts } from '../testing/answering-ports.js';
import { runNode } from '../testing/run-node.js';
import { nodeCatalogue, nodeRegistry } from './index.js';

const cases = [...nodeRegistry.values()].flatMap((definition) =>
  definition.examples.map((example) => ({ name: `${definition.type}: ${example.title}`, definition, example })),
);

describe('the examples of the nodes', () => {
  it('are at least three for every node', () => {
    for (const { type, examples } of nodeRegistry.values()) expect([type, examples.length >= 3]).toEqual([type, true]);
  });

  it.each(cases)('give what they say: $name', async ({ definition, example }) => {
    const { config, context = {}, results = {}, waited, answer } = example;
    const ports = answer === undefined ? {} : answeringPorts(answer);
    const test = { config, context, results, ports, ...(waited === undefined ? {} : { waited }) };
    const outcome = await runNode(definition, test);
    expect(outcome).toMatchObject(example.expect);
  });

  it.each(cases)('have a config that the schema and the checks accept: $name', ({ definition, example }) => {
    const validate = new Ajv2020.default({ strict: true, allErrors: true }).compile(definition.configSchema);
    expect([validate(example.config), validate.errors]).toEqual([true, null]);
    const node = { key: 'example', type: definition.type, config: example.config, branches: {} };
    expect(definition.check?.(example.config, node) ?? []).toEqual([]);
  });
});

describe('the catalogue of the nodes', () => {
  it('is data that can be sent as JSON', () => {
    const catalogue = nodeCatalogue();
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
    expect(catalogue.map(({ type }) => type)).toEqual([...nodeRegistry.keys()]);
  });

  it('refuses unknown properties in every config', () => {
    for (const { type, configSchema } of nodeCatalogue()) {
      expect([type, configSchema['additionalProperties']]).toEqual([type, false]);
    }
  });
});
