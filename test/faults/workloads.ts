import type { Json } from '#shared';

/** One call that a workflow makes to the witness. */
export interface Effect {
  node: string;
  repeatable: boolean;
}

/** One kind of workflow of the load, and what is known beforehand about its executions. */
export interface Workload {
  key: string;
  mode: 'async' | 'sync';
  /** Its share of the load; all shares sum up to 100. */
  share: number;
  /** Milliseconds that an undisturbed execution waits by itself. */
  waitsMs: number;
  /** Calls of request `number` when nothing fails, in order. */
  effects(number: number): Effect[];
  /** Its trigger and nodes, calling the witness at `url`. */
  document(url: string): Record<string, Json>;
}

/** What every request carries. */
export interface Payload {
  n: number;
  odd: 0 | 1;
}

export function payloadOf(number: number): Payload {
  return { n: number, odd: number % 2 === 0 ? 0 : 1 };
}

/** How long a sync sender waits for its answer. Milliseconds. */
export const SYNC_TIMEOUT = 8_000;
const DELAY = { duration: 2, unit: 'second' };
const DELAY_MS = 2_000;

const ASYNC = { type: 'webhook', mode: 'async' };
const SYNC = { type: 'webhook', mode: 'sync', timeout: `${SYNC_TIMEOUT / 1000}s` };
const first: Effect = { node: 'first', repeatable: false };
const second: Effect = { node: 'second', repeatable: false };
const again: Effect = { node: 'again', repeatable: true };

const sum: Json = { key: 'sum', type: 'calculation', config: { expression: '{{$context.data.n}} + 1' } };
const answer: Json = { key: 'answer', type: 'response', config: { status: 201, body: { n: '{{$context.data.n}}' } } };

/** Longer than any fault: a call must not end by itself. */
const CALL_TIMEOUT = 60_000;

function call({ node, repeatable }: Effect, url: string): Json {
  const headers = [
    { name: 'x-execution', value: '{{$execution.id}}' },
    { name: 'x-number', value: '{{$context.data.n}}' },
  ];
  const retry = { attempts: repeatable ? 3 : 1, backoff: 100 };
  return {
    key: node,
    type: 'request',
    config: { url: `${url}/${node}`, headers, timeout: CALL_TIMEOUT, repeatable, retry },
  };
}

function onlyWhenOdd(odd: Json[], even: Json[]): Json {
  const calculation = { calculator: 'gt', operands: ['{{$context.data.odd}}', 0] };
  return {
    key: 'odd',
    type: 'condition',
    config: { engine: 'basic', calculation },
    branches: { true: odd, false: even },
  };
}

type Described = Pick<Workload, 'key' | 'mode' | 'share'> & {
  effects?: Workload['effects'];
  waitsMs?: number;
  nodes(url: string): Json[];
};

function workload({ key, mode, share, effects = () => [], waitsMs = 0, nodes }: Described): Workload {
  const trigger = mode === 'async' ? ASYNC : SYNC;
  return {
    key,
    mode,
    share,
    waitsMs,
    effects,
    document: (url) => ({ key, enabled: true, trigger, nodes: nodes(url) }),
  };
}

/** Every way in which an execution can be held up: with and without effects, a wait, and somebody waiting for it. */
export const WORKLOADS: readonly Workload[] = [
  workload({ key: 'pure', mode: 'async', share: 25, nodes: () => [sum, onlyWhenOdd([], [])] }),
  workload({
    key: 'effect',
    mode: 'async',
    share: 15,
    effects: () => [first],
    nodes: (url) => [sum, call(first, url)],
  }),
  workload({
    key: 'two-effects',
    mode: 'async',
    share: 15,
    effects: (number) => (payloadOf(number).odd ? [first, second] : [first]),
    nodes: (url) => [call(first, url), onlyWhenOdd([call(second, url)], []), sum],
  }),
  workload({
    key: 'repeatable',
    mode: 'async',
    share: 10,
    effects: () => [again],
    nodes: (url) => [call(again, url), sum],
  }),
  workload({
    key: 'delayed',
    mode: 'async',
    share: 10,
    effects: () => [first, second],
    waitsMs: DELAY_MS,
    nodes: (url) => [call(first, url), { key: 'wait', type: 'delay', config: DELAY }, call(second, url)],
  }),
  workload({
    key: 'ask',
    mode: 'sync',
    share: 10,
    nodes: () => [sum, onlyWhenOdd([answer], []), { ...(answer as object), key: 'even' }],
  }),
  workload({
    key: 'ask-effect',
    mode: 'sync',
    share: 10,
    effects: () => [first],
    nodes: (url) => [call(first, url), answer],
  }),
  workload({
    key: 'ask-script',
    mode: 'sync',
    share: 5,
    nodes: () => [{ key: 'double', type: 'script', config: { content: 'return context.data.n * 2' } }, answer],
  }),
];
