import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '#shared';
import { compileWith } from '../../definition/compile-workflow.js';
import type { Crash } from './crashing-journal.js';
import { liveThrough, type Lived } from './live-through.js';
import { modelRegistry } from './model-nodes.js';
import { randomTrees } from './random-tree.js';
import { interpret, TooLong, type Expected } from './reference-interpreter.js';
import { treeDocument } from './tree-document.js';
import type { Tree } from './tree.js';

/** `npm run test:long` asks for 20,000. A seed that a run printed makes the same trees again. */
const TREES = Number(process.env['MODEL_TREES'] ?? 500);
const SEED = Number(process.env['MODEL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Milliseconds: a tree takes about three, the reference and the compiler included, and shrinking takes some hundred trees. */
const TIMEOUT = 60_000 + TREES * 30;
const LIMITS = {
  ...{ numRuns: TREES, seed: SEED, maxSkipsPerRun: 1000 },
  // Before Jest gives up: a property that goes on behind its back would meddle with the next one.
  ...{ interruptAfterTimeLimit: TIMEOUT - 10_000, markInterruptAsFailure: true },
};

const compile = compileWith(modelRegistry);

function compiled(tree: Tree) {
  // As stored by a release that did not look at references yet: what refers to nothing must run too.
  const result = compile(treeDocument(tree), { isStored: true });
  if (result.ok) return result.workflow;
  throw new Error(`the document has faults: ${JSON.stringify(result.faults)}`);
}

/** Null when the tree is too long, or when nothing says what it comes to. */
function clearlyExpected(tree: Tree): Expected | null {
  try {
    const expected = interpret(tree);
    return expected.undecided === null ? expected : null;
  } catch (error) {
    if (error instanceof TooLong) return null;
    throw error;
  }
}

type Compared = { key: string; rounds: readonly number[]; status: string; result: Json };

/** Visits in an order that does not depend on times. What a given up visit shows, and so keeps, is its own affair. */
function inOrder(visits: readonly Compared[]): string[] {
  return visits
    .map(({ key, rounds, status, result }) => {
      const shown = status === 'aborted' ? '' : ` ${JSON.stringify(result)}`;
      return `${[key, ...rounds].join('.')} ${status}${shown}`;
    })
    .toSorted();
}

function expectedOf({ status, output, visits, effects }: Expected) {
  return { status, output, visits: inOrder(visits), effects: Object.fromEntries(effects) };
}

function livedOf({ outcome, visits, effects }: Lived) {
  const seen = visits.map(({ nodeKey, rounds = [], status, result }) => ({ key: nodeKey, rounds, status, result }));
  const { status, output } = outcome;
  return { status, output, visits: inOrder(seen), effects: Object.fromEntries(effects) };
}

/** The answer of a response node, else the messages, else the default one for the status. */
function replyOf({ reply, messages, status }: Expected): object {
  if (reply !== null) return reply;
  const code = status === 'resolved' ? 200 : 500;
  return messages.length > 0 ? { status: code, body: JSON.stringify({ messages }) } : { status: code };
}

const crashes: fc.Arbitrary<Crash[]> = fc.array(fc.record({ entry: fc.nat(4), committed: fc.boolean() }), {
  minLength: 1,
  maxLength: 4,
});

describe(`the engine and its reference, on ${TREES} random trees each (MODEL_SEED=${SEED})`, () => {
  it(
    'come to the same end, visit by visit',
    async () => {
      const check = fc.asyncProperty(randomTrees, async (tree) => {
        const expected = clearlyExpected(tree);
        fc.pre(expected !== null);
        const lived = await liveThrough(compiled(tree));
        expect(livedOf(lived)).toEqual(expectedOf(expected));
        if (tree.mode === 'sync') expect(lived.outcome.reply).toMatchObject(replyOf(expected));
        else expect(lived.outcome.reply).toBeNull();
      });
      await fc.assert(check, LIMITS);
    },
    TIMEOUT,
  );

  it(
    'come to the same end when workers die, or nobody knows of an effect whether it happened',
    async () => {
      const check = fc.asyncProperty(randomTrees, crashes, async (tree, crashesIn) => {
        const expected = clearlyExpected(tree);
        fc.pre(expected !== null && !expected.timed);
        const lived = await liveThrough(compiled(tree), crashesIn);
        const repeatable = repeatableEffects(tree);
        for (const [key, times] of lived.effects) {
          if (!repeatable.has(key)) expect(times).toBeLessThanOrEqual(expected.effects.get(key) ?? 0);
        }
        if (lived.outcome.reason === 'worker_lost') {
          expect(lived.outcome.status).toBe('retry_needed');
          return;
        }
        // Checked above: repeatable ones may have happened more often.
        expect({ ...livedOf(lived), effects: null }).toEqual({ ...expectedOf(expected), effects: null });
      });
      await fc.assert(check, LIMITS);
    },
    TIMEOUT,
  );
});

/** Keys of the effects that may happen again. */
function repeatableEffects(tree: Tree): Set<string> {
  const keys = new Set<string>();
  JSON.stringify(tree, (_name, value: unknown) => {
    const { key, repeatable } = (value ?? {}) as { key?: string; repeatable?: boolean };
    if (key !== undefined && repeatable === true) keys.add(key);
    return value;
  });
  return keys;
}
