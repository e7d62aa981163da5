import type { Json } from '#shared';
import { defineNode } from '../contract/node.js';
import type { Outcome } from '../contract/outcome.js';
import type { ScriptResult } from '../contract/ports.js';
import type { Fault } from '../contract/workflow-document.js';

/** Config of a script, see contract.md 7. */
export type ScriptNodeConfig = {
  content: string;
  arguments?: { name: string; value?: Json }[];
  timeout?: number;
  continue?: boolean;
};

/** Names that cannot be a variable of a script: its own globals and the words of the language. */
const TAKEN_NAMES = new Set(
  (
    'context console require Buffer arguments eval await async break case catch class const continue debugger default ' +
    'delete do else enum export extends false finally for function if implements import in instanceof interface let new ' +
    'null package private protected public return static super switch this throw true try typeof var void while with ' +
    'yield undefined NaN Infinity globalThis'
  ).split(' '),
);

export const scriptNode = defineNode<ScriptNodeConfig>({
  type: 'script',
  title: 'JavaScript',
  docs:
    'Runs JavaScript in an isolate without files, network or timers, under limits of memory, CPU, time and output. The ' +
    'content is a function body: `return` gives the result, `await` is allowed, `context` is the trigger context, each ' +
    "argument is a variable, `require('crypto')` gives hashes and HMACs, `console.*` goes to the log. A script that throws " +
    'or meets a limit is an `error` with the code of what happened; with `continue` the flow goes on and the result is ' +
    'the message.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['content'],
    properties: {
      content: { type: 'string', description: 'A function body.' },
      arguments: {
        type: 'array',
        maxItems: 100,
        default: [],
        description: 'Variables of the script, by name.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['name'],
          properties: {
            name: { type: 'string', pattern: '^[A-Za-z_$][A-Za-z0-9_$]{0,63}$', description: 'An identifier.' },
            value: { description: 'Any value; null when absent.' },
          },
        },
      },
      timeout: {
        type: 'integer',
        minimum: 0,
        description: 'Milliseconds of wall time; 0 or absent: the limit of this installation, which always holds.',
      },
      continue: {
        type: 'boolean',
        default: false,
        description: 'Go on after a failure, with its message as result.',
      },
    },
  },
  branches: [],
  effect: 'pure',
  raw: ['content'],
  code: ['content'],
  testable: true,
  check: (config) => checkArguments(config.arguments ?? []),
  examples: [
    {
      title: 'Sum the lines of an order',
      config: {
        content: 'return context.data.lines.reduce((sum, line) => sum + line.price * line.count, start);',
        arguments: [{ name: 'start', value: '{{$context.data.shipping}}' }],
      },
      context: { data: { shipping: 5, lines: [{ price: 10, count: 2 }] } },
      expect: { kind: 'done', result: 25 },
    },
    {
      title: 'Refuse what does not belong here',
      config: { content: "if (!context.data.email) throw new Error('no e-mail address');" },
      context: { data: {} },
      expect: { kind: 'fail', status: 'error', error: { code: 'script_error', message: 'no e-mail address' } },
    },
    {
      title: 'Check a signature that no preset knows',
      config: {
        content:
          "const { createHmac, timingSafeEqual } = require('crypto');\n" +
          "const expected = createHmac('sha256', key).update(context.rawBody).digest();\n" +
          "const given = Buffer.from(context.headers['x-signature'] ?? '', 'hex');\n" +
          'return given.length === expected.length && timingSafeEqual(given, expected);',
        arguments: [{ name: 'key', value: '{{$env.PARTNER_KEY:demo}}' }],
      },
      context: {
        rawBody: '{}',
        headers: { 'x-signature': '1fd2daa8c588a47d91aec6ef19795eb5ba218b4d0118c68c38989d88e1520285' },
      },
      expect: { kind: 'done', result: true },
    },
    {
      title: 'Go on after an error',
      config: { content: "if (!context.data.vip) throw new Error('not for us');", continue: true },
      context: { data: { vip: false } },
      expect: { kind: 'done', result: 'not for us' },
    },
  ],
  async run({ config, scope, ports, limits, signal }) {
    const globals: Record<string, Json> = { context: scope.$context };
    for (const { name, value } of config.arguments ?? []) globals[name] = value ?? null;
    const timeoutMs = Math.min(config.timeout || limits.scriptWallMs, limits.scriptWallMs);
    const ran = await ports.script.run({ content: config.content, globals, timeoutMs, signal });
    return toOutcome(ran, config.continue === true);
  },
});

function checkArguments(given: readonly { name: string }[]): Fault[] {
  const seen = new Set<string>();
  return given.flatMap(({ name }, index): Fault[] => {
    const pointer = `/arguments/${index}/name`;
    if (TAKEN_NAMES.has(name)) {
      return [
        { pointer, code: 'invalid', message: `"${name}" has a meaning of its own in a script; choose another name.` },
      ];
    }
    if (seen.has(name)) return [{ pointer, code: 'duplicate', message: `There is another argument "${name}".` }];
    seen.add(name);
    return [];
  });
}

function toOutcome(ran: ScriptResult, goOn: boolean): Outcome {
  if (ran.ok) return { kind: 'done', result: ran.result, log: ran.log };
  const { code, message, log } = ran;
  if (code === 'aborted') return { kind: 'fail', status: 'aborted', error: { code, message }, log };
  if (goOn) return { kind: 'done', result: message, log };
  return { kind: 'fail', status: 'error', error: { code, message }, log };
}
