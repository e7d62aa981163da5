import type { Json } from '#shared';
import type { Ending } from '../../contract/statuses.js';
import { parallelSteps } from './reference-parallel.js';
import { loopSteps } from './reference-loop.js';
import {
  ALL_RESULTS,
  BROKEN,
  holds,
  openVisit,
  read,
  referenceState,
  remember,
  settle,
  type Place,
  type ReferenceState,
  type Visit,
} from './reference-state.js';
import { failed, NEXT, NEVER, type Flow, type Steps } from './reference-flow.js';
import { shownResults } from './shown-results.js';
import type { NodeOf, Tree, TreeNode } from './tree.js';

/** What an execution must come to. */
export interface Expected {
  status: Ending;
  output: Json;
  /** The answer of a response node, null when none ran. */
  reply: { status: number; body: string } | null;
  messages: readonly Json[];
  visits: readonly Visit[];
  /** Latest results by node key. */
  results: ReadonlyMap<string, Json>;
  effects: ReadonlyMap<string, number>;
  /** The outcome depends on which of several branches was faster. */
  timed: boolean;
  /** Why nothing says what the outcome is, null when it is clear. */
  undecided: string | null;
}

/**
 * What a tree comes to, by the plainest means: one generator for each list of nodes that runs, one event at a time, no
 * journal, no restoring, nothing shared with the engine. @throws TooLong
 */
export { TooLong } from './reference-state.js';
export function interpret(tree: Tree): Expected {
  const state = referenceState();
  const flow = lastFlow(runList(tree.nodes, { rounds: [], scopes: {}, path: [] }, state), state);
  return {
    status: flow.kind === 'next' ? 'resolved' : flow.status,
    output: state.output,
    reply: flow.kind === 'ended' ? flow.reply : null,
    messages: state.messages,
    visits: state.visits,
    results: state.results,
    effects: state.effects,
    timed: state.races.timed,
    undecided: state.races.undecided,
  };
}

/** Moves time to the next event until all is done: a running node first, and only when none runs the next wait. */
function lastFlow(steps: Steps, state: ReferenceState): Flow {
  let next = steps.next({ fresh: true });
  while (next.done !== true) {
    const { tick, due } = next.value;
    const fresh = tick === NEVER;
    if (fresh && due === NEVER) throw new Error('the tree stands still');
    state.now = Math.max(state.now, fresh ? due : tick);
    state.epoch += 1;
    next = steps.next({ fresh });
  }
  return next.value;
}

/** Runs nodes one after the other until one of them stops the list. */
export function* runList(nodes: readonly TreeNode[], place: Place, state: ReferenceState): Steps {
  for (const node of nodes) {
    const flow = yield* runNode(node, place, state);
    if (flow.kind !== 'next') return flow;
  }
  return NEXT;
}

// eslint-disable-next-line complexity -- one case for each kind of node
function* runNode(node: TreeNode, place: Place, state: ReferenceState): Steps {
  const visit = openVisit(node.key, place, state);
  switch (node.kind) {
    case 'step': {
      const fails = node.failure !== null && (node.when === null || holds(node.when, place, state) === true);
      const value = read(node.value, place, state) ?? null;
      yield* waitFor(node.ms, state);
      return fails ? fail(visit, node.failure!, null, state) : done(visit, value, state);
    }
    case 'effect': {
      const value = read(node.value, place, state) ?? null;
      yield* waitFor(node.ms, state);
      state.effects.set(node.key, (state.effects.get(node.key) ?? 0) + 1);
      return done(visit, value, state);
    }
    case 'delay': {
      const due = state.now + node.ms;
      visit.result = node.ms;
      for (let isOver = false; !isOver;) isOver = (yield { tick: NEVER, due }).fresh && due <= state.now;
      settle(visit, node.fails ? 'failed' : 'resolved', node.ms, state);
      return node.fails ? failed('failed') : NEXT;
    }
    case 'condition':
    case 'multi':
    case 'loop':
    case 'parallel':
      return yield* runBranching(node, visit, place, state);
    default:
      return runLeaf(node, visit, place, state);
  }
}

function* waitFor(ms: number, state: ReferenceState): Generator<{ tick: number; due: number }, void> {
  const tick = state.now + ms;
  if (ms > 0) while (state.now < tick) yield { tick, due: NEVER };
}

function done(visit: Visit, result: Json, state: ReferenceState): Flow {
  settle(visit, 'resolved', result, state);
  return NEXT;
}

function fail(visit: Visit, status: Exclude<Ending, 'resolved'>, result: Json, state: ReferenceState): Flow {
  settle(visit, status, result, state);
  return failed(status);
}

type Leaf = Exclude<TreeNode, { kind: 'step' | 'effect' | 'delay' | 'condition' | 'multi' | 'loop' | 'parallel' }>;

// eslint-disable-next-line complexity -- one case for each kind of node
function runLeaf(node: Leaf, visit: Visit, place: Place, state: ReferenceState): Flow {
  switch (node.kind) {
    case 'declare':
      return done(visit, read(node.value, place, state) ?? null, state);
    case 'assign': {
      const value = read(node.value, place, state) ?? null;
      if (node.target === null) return fail(visit, 'error', null, state);
      remember(node.target, value, place.path, state);
      return done(visit, value, state);
    }
    case 'output':
      state.output = read(node.value, place, state) ?? null;
      state.races.access('the output', place.path, state.epoch, 'write');
      return done(visit, state.output, state);
    case 'message': {
      const message = read(node.value, place, state) ?? null;
      state.messages.push(message);
      state.races.access('the messages', place.path, state.epoch, 'write');
      return done(visit, message, state);
    }
    case 'script':
      return finishScript(node, visit, place, state);
    case 'probe':
      return done(visit, probe(place, state), state);
    case 'end':
      settle(visit, node.status, null, state);
      return { kind: 'ended', status: node.status, reply: null };
    case 'response':
      return respond(node, visit, place, state);
    case 'guard': {
      const held = holds(node.test, place, state);
      if (held === BROKEN) return fail(visit, 'error', null, state);
      return held ? done(visit, true, state) : fail(visit, 'failed', false, state);
    }
  }
}

function finishScript(node: NodeOf<'script'>, visit: Visit, place: Place, state: ReferenceState): Flow {
  const value = read(node.value, place, state) ?? null;
  if (!node.throws) return done(visit, [value], state);
  return node.goesOn ? done(visit, 'on purpose', state) : fail(visit, 'error', null, state);
}

function probe({ path }: Place, state: ReferenceState): Json {
  state.races.access(ALL_RESULTS, path, state.epoch, 'read');
  return shownResults(state.results);
}

function respond(node: NodeOf<'response'>, visit: Visit, place: Place, state: ReferenceState): Flow {
  const value = read(node.body, place, state);
  const body = JSON.stringify(value === undefined ? {} : { value });
  const headers = { 'content-type': 'application/json' };
  settle(visit, 'resolved', { status: node.status, headers, bytes: Buffer.byteLength(body) }, state);
  return { kind: 'ended', status: 'resolved', reply: { status: node.status, body } };
}

type Branching = Extract<TreeNode, { kind: 'condition' | 'multi' | 'loop' | 'parallel' }>;

function* runBranching(node: Branching, visit: Visit, place: Place, state: ReferenceState): Steps {
  switch (node.kind) {
    case 'condition': {
      const held = holds(node.test, place, state);
      if (held === BROKEN) return fail(visit, 'error', null, state);
      settle(visit, 'resolved', held, state);
      return yield* runList((held ? node.yes : node.no) ?? [], place, state);
    }
    case 'multi':
      return yield* multiSteps(node, visit, place, state);
    case 'loop':
      return yield* loopSteps(node, visit, place, state, runList);
    case 'parallel':
      return yield* parallelSteps(node, visit, place, state, runList);
  }
}

/** A visit that failed for want of a match is open while `otherwise` runs. */
function* multiSteps(node: NodeOf<'multi'>, visit: Visit, place: Place, state: ReferenceState): Steps {
  const outcomes: { key: string; result: boolean }[] = [];
  for (const [index, { test, branch }] of node.cases.entries()) {
    const held = holds(test, place, state);
    if (held === BROKEN) return fail(visit, 'error', null, state);
    outcomes.push({ key: `c${index}`, result: held });
    if (!held) continue;
    settle(visit, 'resolved', outcomes, state);
    return yield* runList(branch, place, state);
  }
  if (node.goesOn) {
    settle(visit, 'resolved', outcomes, state);
    return yield* runList(node.otherwise, place, state);
  }
  const flow = yield* runList(node.otherwise, place, state);
  if (flow.kind === 'next') return fail(visit, 'failed', outcomes, state);
  settle(visit, flow.status, outcomes, state);
  return flow;
}
