import type { Json, JsonObject } from '#shared';
import type { NodeExample } from '../contract/node.js';
import type { Outcome } from '../contract/outcome.js';
import { inlineValue } from './markdown.js';

/** An outcome, or the part of it that an example states, as JSON. */
type Stated = Record<string, Json | undefined>;

/** What each outcome means for the execution. */
const SENTENCES: Readonly<Record<Outcome['kind'], (outcome: Stated) => string>> = {
  done: (outcome) => `It goes on; ${resultText(outcome)}`,
  branch: (outcome) => `It goes on in the branch \`${String(outcome.name)}\`; ${resultText(outcome)}`,
  fail: failText,
  suspend: ({ result }) => `It waits${result === undefined ? '.' : `, and shows meanwhile ${inlineValue(result)}`}`,
  end: ({ status }) => `The execution ends as \`${String(status)}\`.`,
  reply: ({ reply = null }) => `The sender is answered: ${inlineValue(reply)}`,
  message: ({ message = null }) => `The answer gets the message ${inlineValue(message)}`,
  output: ({ value = null }) => `The output of the execution is ${inlineValue(value)}`,
  assign: ({ target, value = null }) => `The variable \`${String(target)}\` is ${inlineValue(value)}`,
  write: ({ write = null }) => `It is written together with its journal entry: ${inlineValue(write)}`,
  each: ({ rounds = null }) => `The branch runs in rounds: ${inlineValue(rounds)}`,
  fork: ({ mode }) => `All branches run at once${mode === undefined ? '' : `, mode \`${String(mode)}\``}.`,
};

/** What an example's outcome means for the execution, as a sentence. */
export function outcomeText(expected: NodeExample['expect']): string {
  // Functions fall out, dates become text.
  const stated = JSON.parse(JSON.stringify(expected)) as JsonObject;
  return SENTENCES[expected.kind](stated);
}

function resultText({ result, failAfter }: Stated): string {
  const after = failAfter === undefined ? '' : ' Once the branch is through, the node fails.';
  return result === undefined ? `it has a result.${after}` : `the result is ${inlineValue(result)}${after}`;
}

function failText({ status, error, result }: Stated): string {
  const why = error === undefined ? '' : `: ${inlineValue(error)}`;
  const what = result === undefined ? '' : `; the result is ${inlineValue(result)}`;
  return `The node ends as \`${String(status)}\`${why}${what}`;
}
