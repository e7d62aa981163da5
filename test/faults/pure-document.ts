import type { CrashDocument } from './crash-document.js';
import { node, output, result } from './crash-nodes.js';

const day = node('day', 'date-calculation', {
  input: '2026-01-30T00:00:00.000Z',
  steps: [
    { function: 'add', arguments: { number: 2, unit: 'day' } },
    { function: 'format', arguments: { format: 'YYYY-MM-DD' } },
  ],
});
const double = node('double', 'script', { content: 'return n * 2', arguments: [{ name: 'n', value: result('sum') }] });
const pick = node('pick', 'json-query', { source: { a: [{ b: result('double') }] }, expression: 'a[0].b' });
const small = { key: 'small', engine: 'math.js', expression: `${result('double')} < 5` };

/** Nothing but thought: it may be done again from the start. */
export const PURE_DOCUMENT: CrashDocument = {
  key: 'crash-thought',
  nodes: () => [
    node('total', 'variable', { value: 1 }),
    node('sum', 'calculation', { expression: `${result('total')} + 1` }),
    node('assign', 'variable', { target: 'total', value: result('sum') }),
    node(
      'more',
      'condition',
      { engine: 'math.js', expression: `${result('total')} > 1` },
      { true: [double], false: [] },
    ),
    node('size', 'multi-conditions', { conditions: [small] }, { small: [pick], otherwise: [] }),
    node('named', 'json-variable-mapping', {
      source: { p: { q: result('pick') } },
      variables: [{ key: 'q', path: 'p.q' }],
    }),
    day,
    output({ total: result('total'), picked: result('named.q'), day: result('day') }),
    node('finish', 'end', { endStatus: 'resolved' }),
  ],
  output: { total: 2, picked: 4, day: '2026-02-01' },
  telling: ['before record-outcome 1'],
};
