import { describe, expect, it } from '@jest/globals';
import { configTable } from './config-table.js';

const rows = (schema: Parameters<typeof configTable>[0]) => configTable(schema).split('\n').slice(2);

describe('the table of a config', () => {
  it('has a row for every property, inner ones and those of entries of lists too', () => {
    const host = { type: 'string', description: 'name of the server' };
    const schema = {
      type: 'object',
      required: ['provider'],
      properties: {
        provider: { type: 'object', required: ['host'], properties: { host } },
        to: { type: 'array', maxItems: 3, items: { type: 'object', properties: { a: { type: 'integer' } } } },
      },
    };
    expect(rows(schema)).toEqual([
      '| `provider` | object | required |  |',
      '| `provider.host` | text | required | Name of the server. |',
      '| `to` | list of object |  | At most 3 entries. |',
      '| `to[].a` | whole number |  |  |',
    ]);
  });

  it('tells alternatives of an entry apart by what only they have, and says once what they share', () => {
    const entry = (value: string, properties: object) => ({ properties: { type: { const: value }, ...properties } });
    const name = { type: 'string', description: 'Either.' };
    const items = { oneOf: [entry('a', { name, x: { type: 'number' } }), entry('a', { name }), entry('b', { name })] };
    expect(rows({ properties: { list: { type: 'array', items } } }).slice(1)).toEqual([
      '| `list[type: a].name` | text |  | Either. |',
      '| `list[type: a].x` | number |  |  |',
      '| `list[type: b].name` | text |  | Either. |',
    ]);
  });

  it('shows defaults as JSON, choices, limits, and bars as they are', () => {
    const mode = { enum: ['a', 'b'], default: 'a', description: 'a | b' };
    const tries = { anyOf: [{ type: 'integer' }, { type: 'string' }], minimum: 1, maximum: 20, default: 1 };
    expect(rows({ properties: { mode, tries } })).toEqual([
      '| `mode` | `a`, `b` | `"a"` | A \\| b. |',
      '| `tries` | whole number or text | `1` | 1 to 20. |',
    ]);
    expect(configTable({ type: 'object', properties: {} })).toBe('It takes no properties.');
  });
});
