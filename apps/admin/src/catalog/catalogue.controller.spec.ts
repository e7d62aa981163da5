import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nodeRegistry, triggerRegistry } from '#engine';
import { schemas } from '../http/schemas.js';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

describe('the catalogue', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin();
  });
  afterEach(() => test.close());

  it.each([
    ['nodes', nodeRegistry, schemas.NodeType],
    ['triggers', triggerRegistry, schemas.TriggerType],
  ])('lists all %s, each with exactly what the description of the API says', async (route, registry, schema) => {
    const { status, json } = await test.call('GET', `/api/v1/${route}`, { as: 'viewer' });
    const items = json.items as { type: string }[];
    expect([status, items.map(({ type }) => type)]).toEqual([200, [...registry.keys()]]);
    const documented = Object.keys(schema.properties).sort();
    for (const item of items) expect([item.type, Object.keys(item).sort()]).toEqual([item.type, documented]);
  });

  it('tells what a form needs to know of a node', async () => {
    const { json } = await test.call('GET', '/api/v1/nodes', { as: 'viewer' });
    const types = new Map((json.items as { type: string }[]).map((item) => [item.type, item]));
    expect(types.get('parallel')).toMatchObject({ branches: 'any', concurrent: true, repeats: false });
    expect(types.get('approval')).toMatchObject({ suspends: true, triggers: ['approval'], repeatable: null });
    expect(types.get('request')).toMatchObject({ testable: true, repeatable: 'configured', triggers: null });
  });
});
