import type { Json } from '#shared';

export interface Scenario {
  name: string;
  /** The document without its key: every run has a workflow of its own, so that its executions can be counted. */
  document: Record<string, Json>;
  /** What the load generator posts, as `application/json`. */
  body: string;
  /** The only status that counts as accepted. */
  status: number;
}

/** 1 KB of JSON, the size that most providers' events are near. */
const BODY = JSON.stringify({ event: 'order.paid', data: { amount: 120, note: 'x'.repeat(970) } });

export const scenarios: readonly Scenario[] = [
  {
    name: 'async',
    document: {
      enabled: true,
      trigger: { type: 'webhook', mode: 'async' },
      nodes: [
        { key: 'amount', type: 'variable', config: { value: '{{$context.data.data.amount}}' } },
        {
          key: 'tax',
          type: 'calculation',
          config: { engine: 'math.js', expression: '{{$jobsMapByNodeKey.amount}} * 0.2' },
        },
        { key: 'result', type: 'output', config: { value: { tax: '{{$jobsMapByNodeKey.tax}}' } } },
      ],
    },
    body: BODY,
    status: 200,
  },
  {
    name: 'sync',
    document: {
      enabled: true,
      trigger: { type: 'webhook', mode: 'sync' },
      nodes: [
        {
          key: 'large',
          type: 'condition',
          config: {
            engine: 'basic',
            calculation: { calculator: 'gt', operands: ['{{$context.data.data.amount}}', 100] },
          },
          branches: {
            true: [{ key: 'yes', type: 'response', config: { status: 201, body: { large: true } } }],
            false: [{ key: 'no', type: 'response', config: { status: 422, body: { large: false } } }],
          },
        },
      ],
    },
    body: BODY,
    status: 201,
  },
];
