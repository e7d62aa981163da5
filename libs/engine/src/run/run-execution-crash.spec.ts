import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Json } from '#shared';
import type { CompiledNode } from '../contract/compiled-workflow.js';
import type { RunResult } from '../contract/execution.js';
import type { NodeRunContext } from '../contract/node.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import type { Outcome } from '../contract/outcome.js';
import { LostClaim, type Journal } from '../contract/ports.js';
import { latestRuns } from '../testing/in-memory-journal.js';
import { runNodesToResult, step, type RunNodesTest } from '../testing/run-nodes.js';

const SECRET = 'hunter22';

const KINDS = ['pure', 'secret', 'assign', 'output', 'once', 'repeatable', 'wait', 'branch'] as const;

interface Plan {
  kind: (typeof KINDS)[number];
  left: Plan[];
  right: Plan[];
}

/** What breaks into a run: its worker dies, before or after the effect of journal entry `entry`, or stops at a node. */
type Break = { kind: 'crash'; entry: number; acted: boolean } | { kind: 'yield'; node: number };

const plans = fc.letrec<{ list: Plan[] }>((tie) => ({
  list: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant<Plan[]>([]),
    fc.array(fc.record({ kind: fc.constantFrom(...KINDS), left: tie('list'), right: tie('list') }), { maxLength: 5 }),
  ),
})).list;

const breaks = fc.array(
  fc.oneof<fc.Arbitrary<Break>[]>(
    fc.record({ kind: fc.constant('crash' as const), entry: fc.nat(3), acted: fc.boolean() }),
    fc.record({ kind: fc.constant('yield' as const), node: fc.nat(6) }),
  ),
  { maxLength: 4 },
);

/** How often each effect really happened. */
type World = Map<string, number>;

/** Everything that a node can see of the results before it: a single wrong one changes all that follow. */
function digest({ scope }: NodeRunContext): string {
  return createHash('sha1').update(JSON.stringify(scope.$jobsMapByNodeKey)).digest('hex').slice(0, 8);
}

function behaviour(plan: Plan, key: string, world: World): (context: NodeRunContext) => Outcome {
  const act = (): void => void world.set(key, (world.get(key) ?? 0) + 1);
  const done = (result: Json): Outcome => ({ kind: 'done', result });
  const outcomes: Record<Plan['kind'], (context: NodeRunContext) => Outcome> = {
    pure: (context) => done(digest(context)),
    secret: (context) => done({ token: `${SECRET} ${digest(context)}` }),
    assign: (context) => ({ kind: 'assign', target: 'first', value: digest(context) }),
    output: (context) => ({ kind: 'output', value: digest(context) }),
    once: (context) => (act(), done(`${world.get(key)} ${digest(context)}`)),
    repeatable: (context) => (act(), done(digest(context))),
    wait: (context) => ({ kind: 'suspend', resumeAt: null, result: digest(context) }),
    branch: (context) => ({ kind: 'branch', name: digest(context) < '8' ? 'left' : 'right', result: null }),
  };
  return outcomes[plan.kind];
}

function build(list: readonly Plan[], world: World, path = 'n'): CompiledNode[] {
  return list.map((plan, index) => {
    const key = `${path}${index}`;
    const isEffect = plan.kind === 'once' || plan.kind === 'repeatable';
    return step(key, behaviour(plan, key, world), {
      effect: isEffect ? 'effect' : 'pure',
      ...(plan.kind === 'repeatable' ? { isRepeatable: () => true } : {}),
      ...(plan.kind === 'wait' ? { resume: (_context, { result }) => ({ kind: 'done', result }) } : {}),
      branches: { left: build(plan.left, world, `${key}l`), right: build(plan.right, world, `${key}r`) },
    });
  });
}

/** A journal over `committed`, whose worker dies as `broken` says. */
function journalOn(committed: NodeRunRecord[], broken: Break | undefined): Journal & { hasDied(): boolean } {
  let entries = 0;
  const dying = broken?.kind === 'crash' ? broken : null;
  const hasDied = (): boolean => dying !== null && entries > dying.entry;
  const keep = (runs: readonly NodeRunRecord[]): void => {
    if (hasDied()) throw new LostClaim();
    committed.push(...structuredClone([...runs]));
    entries += 1;
  };
  return {
    hasDied,
    beforeEffect: async (runs) => {
      keep(runs);
      if (hasDied() && dying?.acted !== true) throw new LostClaim();
    },
    flush: async (runs) => keep(runs),
    suspend: async (runs) => keep(runs),
    write: async (_write, _id, finish) => keep(finish(null)),
  };
}

/** Runs as workers do: each goes on from what is committed, until one of them sees the end. */
async function live(list: readonly Plan[], world: World, breaksIn: readonly Break[]) {
  const nodes = [step('first', () => ({ kind: 'done', result: 0 })), ...build(list, world)];
  const committed: NodeRunRecord[] = [];
  const left = [...breaksIn];
  for (;;) {
    const broken = left.shift();
    const journal = journalOn(committed, broken);
    let asked = 0;
    const test: RunNodesTest = {
      ports: { journal },
      env: { TOKEN: SECRET },
      restored: latestRuns(committed),
      shouldYield: () => broken?.kind === 'yield' && (asked += 1) > broken.node,
    };
    const result = await runNodesToResult(nodes, test).catch(lostClaim);
    if (result === null || result.kind === 'suspended' || journal.hasDied()) continue;
    committed.push(...result.nodeRuns);
    if (result.kind === 'ended') return { result, runs: latestRuns(committed) };
  }
}

function lostClaim(error: unknown): RunResult | null {
  if (error instanceof LostClaim) return null;
  throw error;
}

/** What people would see of a run, without what differs each time. */
function shown(runs: readonly NodeRunRecord[]): Json[] {
  return runs.map(({ nodeKey, status, result, input, error }) => [nodeKey, status, result, input, error?.code ?? null]);
}

describe('runExecution: whatever breaks into it', () => {
  it('comes to the same end as undisturbed, or says that nobody knows, and never does an effect twice', async () => {
    await fc.assert(
      fc.asyncProperty(plans, breaks, async (list, breaksIn) => {
        const undisturbed = await live(list, new Map(), []);
        const world: World = new Map();
        const disturbed = await live(list, world, breaksIn);
        const repeated = [...world].filter(([, times]) => times > 1).map(([key]) => key);
        const runsOf = new Map(disturbed.runs.map((run) => [run.nodeKey, run]));
        for (const key of repeated) expect(kindOf(list, key)).toBe('repeatable');
        expect(disturbed.runs).toHaveLength(runsOf.size);
        if (disturbed.result.reason === 'worker_lost') {
          const before = shown(disturbed.runs.slice(0, -1));
          expect(before).toEqual(shown(undisturbed.runs.slice(0, before.length)));
          expect(disturbed.runs.at(-1)).toMatchObject({ status: 'retry_needed' });
          expect(kindOf(list, disturbed.runs.at(-1)?.nodeKey ?? '')).toBe('once');
          return;
        }
        expect(shown(disturbed.runs)).toEqual(shown(undisturbed.runs));
        expect(disturbed.result).toMatchObject({ status: 'resolved', output: undisturbed.result.output });
      }),
      { numRuns: 300 },
    );
  });
});

function kindOf(list: readonly Plan[], key: string, path = 'n'): Plan['kind'] | undefined {
  for (const [index, plan] of list.entries()) {
    const own = `${path}${index}`;
    if (own === key) return plan.kind;
    const below = kindOf(plan.left, key, `${own}l`) ?? kindOf(plan.right, key, `${own}r`);
    if (below !== undefined) return below;
  }
  return undefined;
}
