import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import type { CollectionField } from './contract.js';
import { recordFaults } from './record-faults.js';

const field = (name: string, more: Partial<CollectionField>): CollectionField => ({
  ...{ name, type: 'string', required: false, default: null, unique: false, index: false },
  ...more,
});

const collection = {
  name: 'orders',
  fields: [
    field('number', { type: 'integer', required: true }),
    field('status', { required: true, default: 'new' }),
    field('paidAt', { type: 'datetime' }),
  ],
};

const faultsOf = (values: JsonObject, write: 'create' | 'update') =>
  recordFaults(collection, values, write).map(({ pointer, code }) => [pointer, code]);

describe('recordFaults', () => {
  it('finds none in values that the fields take', () => {
    expect(faultsOf({ number: 7, paidAt: null }, 'create')).toEqual([]);
    expect(faultsOf({ number: 7, status: 'paid', paidAt: '2026-01-02T03:04:05Z' }, 'create')).toEqual([]);
    expect(faultsOf({}, 'update')).toEqual([]);
  });

  it('finds every fault at once, each with its pointer', () => {
    const values = { number: 'seven', status: null, id: 1, 'a/b': 1, paidAt: 'soon' };
    expect(faultsOf(values, 'create')).toEqual([
      ['/number', 'invalid_value'],
      ['/id', 'read_only_field'],
      ['/a~1b', 'unknown_field'],
      ['/paidAt', 'invalid_value'],
      ['/status', 'required_value'],
    ]);
  });

  it('wants a required value unless a default stands for it, and never null in its place', () => {
    expect(faultsOf({}, 'create')).toEqual([['/number', 'required_value']]);
    expect(faultsOf({ number: null }, 'update')).toEqual([['/number', 'required_value']]);
    expect(faultsOf({ number: 1, status: null }, 'create')).toEqual([['/status', 'required_value']]);
  });
});
