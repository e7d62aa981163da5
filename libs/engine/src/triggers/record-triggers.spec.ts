import { describe, expect, it } from '@jest/globals';
import { bindingOf, triggerFaults } from '../testing/trigger-faults.js';

describe('the triggers of records', () => {
  it.each<[string, object, string[]]>([
    ['records of nothing', { type: 'collection' }, ['/trigger/collection missing']],
    [
      'a collection that a template names',
      { type: 'approval', collection: '{{$env.A}}' },
      ['/trigger/collection invalid'],
    ],
    ['an unknown event', { type: 'collection', collection: 'a', events: ['moved'] }, ['/trigger/events/0 invalid']],
    [
      'changed fields without updates',
      { type: 'collection', collection: 'a', events: ['created'], changed: ['b'] },
      ['/trigger/changed invalid'],
    ],
    [
      'templates in a filter that has no context',
      { type: 'collection', collection: 'a', filter: { b: { $eq: '{{$context.data.c}}' } } },
      ['/trigger/filter invalid'],
    ],
    [
      'an operator that does not exist',
      { type: 'collection', collection: 'a', filter: { b: { $like: 'c' } } },
      ['/trigger/filter/b/$like invalid'],
    ],
    ['a sync collection', { type: 'collection', mode: 'sync', collection: 'a' }, ['/trigger/mode invalid']],
    [
      'an async interception',
      { type: 'request-interception', mode: 'async', collection: 'a' },
      ['/trigger/mode invalid'],
    ],
    ['a sync approval', { type: 'approval', mode: 'sync', collection: 'a' }, ['/trigger/mode invalid']],
    ['waits for ever', { type: 'action', collection: 'a', timeout: '10m' }, ['/trigger/timeout limit']],
    ['waits of no length', { type: 'custom-action', timeout: 'long' }, ['/trigger/timeout invalid']],
    ['a button for records of nothing', { type: 'custom-action', records: 'single' }, ['/trigger/collection missing']],
    [
      'a button without records on a collection',
      { type: 'custom-action', collection: 'a' },
      ['/trigger/collection invalid'],
    ],
    ['anything of another trigger', { type: 'manual', collection: 'a' }, ['/trigger/collection unknown_property']],
  ])('refuse %s', (_what, trigger, expected) => {
    expect(triggerFaults(trigger)).toEqual(expected);
  });

  it('are indexed by their collection and what must happen', () => {
    const collection = 'orders';
    expect(bindingOf({ type: 'collection', collection, changed: ['status'] })).toEqual({
      kind: 'collection',
      collection,
      events: ['created', 'updated'],
      isGlobal: true,
      config: { changed: ['status'], filter: {} },
    });
    expect(bindingOf({ type: 'action', collection, actions: ['create'], global: true, timeout: '2s' })).toEqual({
      kind: 'action',
      collection,
      events: ['create'],
      isGlobal: true,
      config: { timeoutMs: 2_000 },
    });
    expect(bindingOf({ type: 'request-interception', collection })).toMatchObject({
      events: ['create', 'update', 'destroy'],
      isGlobal: false,
      config: { timeoutMs: 30_000 },
    });
    expect(bindingOf({ type: 'custom-action', records: 'multiple', collection })).toMatchObject({
      events: ['multiple'],
      isGlobal: false,
    });
    expect(bindingOf({ type: 'approval', collection })).toMatchObject({ kind: 'approval', collection });
  });

  it('are indexed all, except webhooks, which are found by their URL', () => {
    expect(bindingOf({ type: 'manual' })).toMatchObject({ kind: 'manual', collection: null });
    expect(bindingOf({ type: 'webhook' })).toBeNull();
  });
});
