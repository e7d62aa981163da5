import type { Json } from '#shared';
import { signMessage } from '#signatures';

export type Queue = 'redis' | 'postgres';

export interface Scenario {
  /** Short for the name on the command line. */
  letter: string;
  name: string;
  /** What it does, for the reader of the table. */
  title: string;
  queue: Queue;
  /**
   * The document without its key: every run has a workflow of its own, so that its executions can be counted.
   * @param effectUrl what a request node may call
   */
  document(effectUrl: string): Record<string, Json>;
  /** What the load generator posts, as `application/json`. */
  body: string;
  /** More headers of each request, lower-case names. */
  headers: Readonly<Record<string, string>>;
  /** Stored before the workflow is. */
  secrets: Readonly<Record<string, string>>;
  /** The only status that counts as accepted. */
  status: number;
  /** Half of the requests repeat a delivery id. */
  duplicates: boolean;
  /** Calls that each execution makes to the effect target. */
  effects: number;
  /** Whether it is also run as an open loop. */
  openLoop: boolean;
}

/** 1 KB of JSON, the size that most providers' events are near. */
export const BODY = JSON.stringify({ event: 'order.paid', data: { amount: 120, note: 'x'.repeat(970) } });

/** 8 KB, as a push with some commits is. */
const LARGE_BODY = JSON.stringify({ event: 'order.paid', data: { amount: 120, note: 'x'.repeat(8_120) } });
const SECRET = 'a secret of the benchmark';

const ASYNC = { type: 'webhook', mode: 'async' };
const SYNC = { type: 'webhook', mode: 'sync' };
const REPLY = { status: 201, body: { large: true } };

const pureNodes = (): Record<string, Json> => ({
  enabled: true,
  trigger: ASYNC,
  nodes: [
    { key: 'amount', type: 'variable', config: { value: '{{$context.data.data.amount}}' } },
    {
      key: 'tax',
      type: 'calculation',
      config: { engine: 'math.js', expression: '{{$jobsMapByNodeKey.amount}} * 0.2' },
    },
    { key: 'result', type: 'output', config: { value: { tax: '{{$jobsMapByNodeKey.tax}}' } } },
  ],
});

const conditionAndResponse = (): Record<string, Json> => ({
  enabled: true,
  trigger: SYNC,
  nodes: [
    {
      key: 'large',
      type: 'condition',
      config: { engine: 'basic', calculation: { calculator: 'gt', operands: ['{{$context.data.data.amount}}', 100] } },
      branches: {
        true: [{ key: 'yes', type: 'response', config: REPLY }],
        false: [{ key: 'no', type: 'response', config: { status: 422, body: { large: false } } }],
      },
    },
  ],
});

const scriptAndResponse = (): Record<string, Json> => ({
  enabled: true,
  trigger: SYNC,
  nodes: [
    { key: 'double', type: 'script', config: { content: 'return context.data.data.amount * 2' } },
    { key: 'reply', type: 'response', config: { status: 201, body: { double: '{{$jobsMapByNodeKey.double}}' } } },
  ],
});

/** The POST is not repeatable, so that its intent is journaled before and its result after it. */
const oneRequest = (effectUrl: string): Record<string, Json> => ({
  enabled: true,
  trigger: ASYNC,
  nodes: [
    {
      key: 'call',
      type: 'request',
      config: { url: effectUrl, method: 'POST', data: { amount: '{{$context.data.data.amount}}' } },
    },
  ],
});

/** As `pureNodes`, preceded by one request: the difference is what a journaled node costs. */
const pureNodesAndRequest = (effectUrl: string): Record<string, Json> => {
  const { nodes, ...rest } = pureNodes();
  return { ...rest, nodes: [...(oneRequest(effectUrl)['nodes'] as Json[]), ...(nodes as Json[])] };
};

/** As `pureNodes`, with one variable more: the difference is what a node costs that is not journaled by itself. */
const pureNodesAndVariable = (): Record<string, Json> => {
  const { nodes, ...rest } = pureNodes();
  const more = { key: 'more', type: 'variable', config: { value: '{{$context.data.data.amount}}' } };
  return { ...rest, nodes: [more, ...(nodes as Json[])] };
};

/** As `pureNodes`, but only for requests that GitHub signed. */
const signedPureNodes = (): Record<string, Json> => {
  const auth = [{ type: 'signature', provider: 'github', secrets: ['{{$env.BENCH_SECRET}}'] }];
  return { ...pureNodes(), trigger: { ...ASYNC, auth } };
};

const githubHeaders = (): Record<string, string> => {
  const entry = { provider: 'github', secrets: [SECRET] };
  return signMessage(entry, { method: 'POST', url: '', headers: {}, body: Buffer.from(LARGE_BODY) }, new Date())
    .headers;
};

const DEFAULTS = {
  queue: 'redis',
  body: BODY,
  headers: {},
  secrets: {},
  status: 200,
  duplicates: false,
  effects: 0,
  openLoop: false,
} as const;

/** All scenarios, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  {
    ...DEFAULTS,
    letter: 'a',
    name: 'async',
    title: '1 KB of JSON, three nodes without effects, answered at once',
    document: pureNodes,
    openLoop: true,
  },
  {
    ...DEFAULTS,
    letter: 'b',
    name: 'sync',
    title: 'the same event, a condition, the answer of a response node',
    document: conditionAndResponse,
    status: 201,
  },
  {
    ...DEFAULTS,
    letter: 'c',
    name: 'script',
    title: 'the same event, a script, the answer of a response node',
    document: scriptAndResponse,
    status: 201,
  },
  {
    ...DEFAULTS,
    letter: 'd',
    name: 'duplicates',
    title: 'as async, half of the requests repeat a delivery id',
    document: pureNodes,
    duplicates: true,
  },
  {
    ...DEFAULTS,
    letter: 'e',
    name: 'effect',
    title: 'answered at once, one journaled POST to a local server',
    document: oneRequest,
    effects: 1,
  },
  {
    ...DEFAULTS,
    letter: 'f',
    name: 'embedded',
    title: 'as async on the embedded default: no Redis, the queue on Postgres',
    document: pureNodes,
    queue: 'postgres',
  },
  {
    ...DEFAULTS,
    letter: 'g',
    name: 'variable',
    title: 'as async with one more variable',
    document: pureNodesAndVariable,
  },
  {
    ...DEFAULTS,
    letter: 'h',
    name: 'journaled',
    title: 'as async with one more node, a journaled POST to a local server',
    document: pureNodesAndRequest,
    effects: 1,
  },
  {
    ...DEFAULTS,
    letter: 'i',
    name: 'large',
    title: 'as async with a body of 8 KB',
    document: pureNodes,
    body: LARGE_BODY,
  },
  {
    ...DEFAULTS,
    letter: 'j',
    name: 'signed',
    title: 'as large, signed by GitHub and verified',
    document: signedPureNodes,
    body: LARGE_BODY,
    headers: githubHeaders(),
    secrets: { BENCH_SECRET: SECRET },
  },
];
