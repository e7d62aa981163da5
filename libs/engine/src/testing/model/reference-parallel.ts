import type { Ending } from '../../contract/statuses.js';
import { failed, NEVER, NEXT, type Blocked, type Flow, type RunList, type Steps } from './reference-flow.js';
import { settle, type Place, type ReferenceState, type Visit } from './reference-state.js';
import type { NodeOf } from './tree.js';

interface Branch {
  index: number;
  steps: Steps | null;
  blocked: Blocked;
  flow: Flow | null;
  /** When it last did something, see `ReferenceState.epoch`. */
  epoch: number;
}

type Node = NodeOf<'parallel'>;

/** Where the visit of a parallel node stands. */
interface Fork {
  id: number;
  node: Node;
  visit: Visit;
  branches: Branch[];
  state: ReferenceState;
  /** Whether the event under way began a new run. */
  fresh: boolean;
}

/** The branches of a parallel node side by side, one event after the other. */
export function* parallelSteps(node: Node, visit: Visit, place: Place, state: ReferenceState, runList: RunList): Steps {
  const id = state.forks++;
  const branches = node.branches.map((list, index): Branch => {
    const path = [...place.path, { fork: id, branch: index }];
    const steps = list.length === 0 ? null : runList(list, { ...place, path }, state);
    const now = { tick: state.now, due: NEVER };
    return { index, steps, blocked: now, flow: steps === null ? NEXT : null, epoch: state.epoch };
  });
  const fork: Fork = { id, node, visit, branches, state, fresh: false };
  let decision = firstDecision(fork);
  for (let wake = { fresh: false }; decision === null; wake = yield nextEvent(branches)) {
    fork.fresh = wake.fresh;
    for (const branch of branches) {
      if (!isUp(branch, wake.fresh, state.now)) continue;
      stepBranch(branch, wake.fresh, state);
      decision = branch.flow === null ? null : decide(fork, branch);
      if (decision !== null) break;
    }
    if (decision !== null) break;
  }
  return decision!;
}

function nextEvent(branches: readonly Branch[]): Blocked {
  const open = branches.filter(({ flow }) => flow === null).map(({ blocked }) => blocked);
  return { tick: Math.min(...open.map(({ tick }) => tick)), due: Math.min(...open.map(({ due }) => due)) };
}

function isUp({ flow, blocked }: Branch, fresh: boolean, now: number): boolean {
  return flow === null && (blocked.tick <= now || (fresh && blocked.due <= now));
}

function stepBranch(branch: Branch, fresh: boolean, state: ReferenceState): void {
  const next = branch.steps!.next({ fresh });
  branch.epoch = state.epoch;
  if (next.done === true) branch.flow = next.value;
  else branch.blocked = next.value;
}

/** Before any branch begins: empty ones are through already. */
function firstDecision(fork: Fork): Flow | null {
  const { node, branches, state } = fork;
  const open = branches.filter(({ flow }) => flow === null);
  const isEmptyFirst = open.length < branches.length && (node.mode === 'any' || node.mode === 'race');
  if (isEmptyFirst && branches.length > 1) state.races.undecide('an empty branch decides before others begin');
  if (open.length === 0) return settleAs(fork, 'resolved', NEXT);
  return null;
}

/** How the visit ends now that this branch has, null while it goes on. */
function decide(fork: Fork, { index, flow }: Branch): Flow | null {
  if (flow === null) return null;
  if (flow.kind === 'ended') return close(fork, index, flow.status, flow);
  const { mode } = fork.node;
  const isGood = flow.kind === 'next';
  const ends = isGood ? mode === 'any' || mode === 'race' : mode === 'all' || mode === 'race';
  if (ends) return close(fork, index, isGood ? 'resolved' : flow.status, flow);
  if (fork.branches.some((branch) => branch.flow === null)) return null;
  return mode === 'any' ? settleAs(fork, 'failed', failed('failed')) : settleAs(fork, 'resolved', NEXT);
}

/** One branch decides: the others are given up. */
function close(fork: Fork, winner: number, status: Ending, flow: Flow): Flow {
  const { id, branches, state } = fork;
  const others = branches.filter(({ index }) => index !== winner);
  if (others.some((one) => (one.steps !== null && one.epoch === state.epoch) || isUp(one, fork.fresh, state.now)))
    state.races.undecide('a branch decides while another one does something');
  if (others.some(({ flow: own }) => own === null)) state.races.timed = true;
  for (const visit of state.visits) {
    if (visit.status === 'pending' && visit.path.some(({ fork: at, branch }) => at === id && branch !== winner))
      visit.status = 'aborted';
  }
  return settleAs(fork, status, flow);
}

function settleAs({ visit, branches, state }: Fork, status: Ending, flow: Flow): Flow {
  const statuses = branches.map(({ flow: own }) => statusOf(own));
  settle(visit, status, statuses, state);
  return flow;
}

function statusOf(flow: Flow | null): Ending {
  if (flow === null) return 'aborted';
  return flow.kind === 'next' ? 'resolved' : flow.status;
}
