import { describe, expect, it } from '@jest/globals';
import { DOCUMENTED_NODES } from '../definition/documented-names.js';
import { nodeConformance } from '../testing/node-conformance.js';
import { runNodeExample } from '../testing/run-node-example.js';
import { triggerRegistry } from '../triggers/index.js';
import { nodeCatalogue, nodeRegistry } from './index.js';

const definitions = [...nodeRegistry.values()];
const cases = definitions.flatMap((definition) =>
  definition.examples.map((example) => ({ name: `${definition.type}: ${example.title}`, definition, example })),
);
const typesWhere = (holds: (type: string) => boolean) => [...nodeRegistry.keys()].filter(holds).sort();

describe('the registry of the nodes', () => {
  it('holds exactly the documented ones', () => {
    expect(typesWhere(() => true)).toEqual([...DOCUMENTED_NODES].sort());
    for (const [type, definition] of nodeRegistry) expect(definition.type).toBe(type);
  });

  it('names triggers that exist', () => {
    const named = definitions.flatMap(({ triggers = [] }) => triggers);
    expect(named.filter((type) => !triggerRegistry.has(type))).toEqual([]);
  });

  it('lets exactly those nodes be tried by themselves that make sense alone', () => {
    const testable = [
      'calculation',
      'condition',
      'date-calculation',
      'json-query',
      'notification',
      'request',
      'script',
    ];
    expect(typesWhere((type) => nodeRegistry.get(type)?.testable === true)).toEqual([...testable, 'sql']);
  });

  it('says of exactly those nodes that they act outside', () => {
    const acting = ['llm', 'mailer', 'notification', 'request', 'sql'];
    expect(typesWhere((type) => nodeRegistry.get(type)?.effect === 'effect')).toEqual(acting);
  });

  it('says of exactly those nodes that they wait longer than a sender does', () => {
    const waiting = ['approval', 'delay', 'manual'];
    expect(typesWhere((type) => nodeRegistry.get(type)?.suspends === true)).toEqual(waiting);
  });
});

describe('every node', () => {
  it.each(definitions)('has all that a node needs: $type', (definition) => {
    expect(nodeConformance(definition)).toEqual([]);
  });

  it.each(cases)('does what its example says: $name', async ({ definition, example }) => {
    const outcome = await runNodeExample(definition, example);
    expect(outcome).toMatchObject(example.expect);
    // What waits for tasks or another execution has to undo them when nobody waits any more.
    if (outcome.kind === 'suspend' && outcome.write !== undefined) expect(definition.abandon).toBeDefined();
  });
});

describe('the catalogue of the nodes', () => {
  it('is data that can be sent as JSON', () => {
    const catalogue = nodeCatalogue();
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
    expect(catalogue.map(({ type }) => type)).toEqual([...nodeRegistry.keys()]);
  });

  it('tells what a form and the reference need to know of a node', () => {
    const known = new Map(nodeCatalogue().map((entry) => [entry.type, entry]));
    expect(known.get('loop')).toMatchObject({ branches: ['body'], repeats: true, concurrent: false, triggers: null });
    expect(known.get('parallel')).toMatchObject({ branches: 'any', concurrent: true, repeatable: null });
    expect(known.get('request')).toMatchObject({ effect: 'effect', repeatable: 'configured', testable: true });
    expect(known.get('approval')).toMatchObject({ suspends: true, triggers: ['approval'], testable: false });
    expect(known.get('script')).toMatchObject({ raw: ['content'] });
  });
});
