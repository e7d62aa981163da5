import type { Json } from '#shared';
import { defineNode, type NodeDefinition } from '../../contract/node.js';
import type { Outcome } from '../../contract/outcome.js';
import { nodeRegistry } from '../../nodes/index.js';
import { shownResults } from './shown-results.js';
import type { Failure, Test } from './tree.js';
import { virtualClock, type VirtualClock } from './virtual-clock.js';

/** What lies outside of an execution and stays when its worker dies. */
export interface World {
  clock: VirtualClock;
  /** How often each effect happened, by node key. */
  effects: Map<string, number>;
}

let world: World = freshWorld();

/** Begins a new world, the one of this process: definitions are compiled once, and trees run one after the other. */
export function resetWorld(): World {
  world = freshWorld();
  return world;
}

function freshWorld(): World {
  return { clock: virtualClock(), effects: new Map() };
}

const INTEGER = { type: 'integer', minimum: 0 };
const DECLARED = { title: 'Model', docs: 'Of the model.', branches: [], examples: [] } as const;

type StepConfig = {
  ms: number;
  value?: Json;
  failure: Failure | null;
  when: Test<Json> | null;
  left?: Json;
};

const stepNode = defineNode<StepConfig>({
  ...DECLARED,
  type: 'step',
  effect: 'pure',
  configSchema: { type: 'object', properties: { ms: INTEGER } },
  run({ config, signal }) {
    const outcome = stepOutcome(config);
    if (config.ms === 0) return outcome;
    return world.clock.wait(config.ms, signal).then(() => outcome);
  },
});

function stepOutcome({ value, failure, when, left }: StepConfig): Outcome {
  if (failure === null || (when !== null && !isMet(when, left))) return { kind: 'done', result: value ?? null };
  return { kind: 'fail', status: failure, error: { code: 'on_purpose', message: 'The tree says so.' } };
}

function isMet(when: Test<Json>, left: Json | undefined): boolean {
  if (when.compare === 'broken' || left === undefined || (typeof left === 'object' && left !== null)) return false;
  // eslint-disable-next-line eqeqeq -- as the basic engine compares
  if (when.compare === 'equal') return left == when.right;
  return when.compare === 'gt' ? Number(left) > when.right : Number(left) < when.right;
}

type EffectConfig = { ms: number; value?: Json; repeatable: boolean };

const effectNode = defineNode<EffectConfig>({
  ...DECLARED,
  type: 'effect',
  effect: 'effect',
  configSchema: { type: 'object', properties: { ms: INTEGER } },
  isRepeatable: ({ repeatable }) => repeatable,
  run({ config, node, signal }) {
    const act = (): Outcome => {
      world.effects.set(node.key, (world.effects.get(node.key) ?? 0) + 1);
      return { kind: 'done', result: config.value ?? null };
    };
    return config.ms === 0 ? act() : world.clock.wait(config.ms, signal).then(act);
  },
});

const probeNode = defineNode({
  ...DECLARED,
  type: 'probe',
  effect: 'pure',
  configSchema: { type: 'object' },
  run: ({ scope }) => ({ kind: 'done', result: shownResults(Object.entries(scope.$jobsMapByNodeKey)) }),
});

/** The registered nodes and those that only the model has. */
export const modelRegistry: ReadonlyMap<string, NodeDefinition> = new Map([
  ...nodeRegistry,
  ...[stepNode, effectNode, probeNode].map((node): [string, NodeDefinition] => [node.type, node as NodeDefinition]),
]);
