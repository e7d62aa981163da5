import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { defineNode } from '../contract/node.js';
import type { DataReader, SqlCall } from '../contract/ports.js';
import type { Fault } from '../contract/workflow-document.js';
import { templatePaths } from '../expression/template.js';
import { retryDelay, type RetryPolicy } from '../run/retry-policy.js';
import { retryProperties } from './effect-config.js';

/** Config of a sql node, see contract.md 7. */
export type SqlNodeConfig = {
  sql: string;
  variables?: { name: string; value?: Json }[];
  retry?: { attempts?: number; backoff?: number };
  repeatable?: boolean;
};

const DEFAULT_RETRY: RetryPolicy = { attempts: 1, backoff: 500 };

/** The statement did nothing, and may do better in a moment: no connection was made, or it was rolled back over others. */
const KNOWN_FAILURES: readonly string[] = ['sql_not_sent', 'sql_conflict'];
/** Whether the statement did something is open: the connection broke, or was given up for a server that did not answer. */
const OPEN_FAILURES: readonly string[] = ['sql_interrupted', 'sql_timeout'];

export const sqlNode = defineNode<SqlNodeConfig>({
  type: 'sql',
  title: 'SQL',
  docs:
    'Runs one SQL statement on the tables of the collections (schema `data`) with a login of its own, under limits of time ' +
    'and rows. The result is the list of rows. `:name` in the statement stands for the value of that variable, bound as a ' +
    'value and never as text; templates in the statement itself are refused. An empty statement gives null. A statement ' +
    'that the database refuses or that meets a limit is an `error`. The statement commits by itself, so it is made at most ' +
    'once: again after a lost worker only when it is `repeatable`. With `retry` known failures (no connection, a conflict ' +
    'with others) are tried again; a broken connection and a time-out only when it is `repeatable`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['sql'],
    properties: {
      sql: { type: 'string', maxLength: 100_000, description: 'One statement; `:name` stands for a variable.' },
      variables: {
        type: 'array',
        maxItems: 100,
        default: [],
        description: 'Values for the names in the statement.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['name'],
          properties: {
            name: {
              type: 'string',
              pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$',
              description: 'As in the statement, without the colon.',
            },
            value: { description: 'Any value; null when absent.' },
          },
        },
      },
      ...retryProperties,
    },
  },
  branches: [],
  effect: 'effect',
  raw: ['sql'],
  code: ['sql'],
  testable: true,
  isRepeatable: ({ repeatable }) => repeatable === true,
  check: (config) => [...checkStatement(config.sql), ...checkNames(config.variables ?? [])],
  examples: [
    {
      title: 'Join what a filter cannot',
      config: {
        sql: 'select c.name, sum(o.amount) as total from orders o join customers c on c.id = o.customer where c.id = :id group by 1',
        variables: [{ name: 'id', value: '{{$context.data.customer}}' }],
        repeatable: true,
      },
      context: { data: { customer: 7 } },
      answer: [{ name: 'Ann', total: 120 }],
      expect: { kind: 'done', result: [{ name: 'Ann', total: 120 }] },
    },
    {
      title: 'Write, and see what was written',
      config: {
        sql: 'update counters set value = value + 1 where name = :name returning value',
        variables: [{ name: 'name', value: 'orders' }],
      },
      answer: [{ value: 8 }],
      expect: { kind: 'done', result: [{ value: 8 }] },
    },
    {
      title: 'Do nothing without a statement',
      config: { sql: '' },
      expect: { kind: 'done', result: null },
    },
  ],
  async run({ config, ports, signal }) {
    if (config.sql.trim() === '') return { kind: 'done', result: null };
    const variables: Record<string, Json> = {};
    for (const { name, value } of config.variables ?? []) variables[name] = value ?? null;
    const policy = { ...DEFAULT_RETRY, ...config.retry };
    const rows = await callWithRetry(
      ports.data,
      { sql: config.sql, variables, signal },
      policy,
      config.repeatable === true,
    );
    return { kind: 'done', result: rows };
  },
});

async function callWithRetry(
  data: DataReader,
  call: SqlCall,
  policy: RetryPolicy,
  repeatable: boolean,
): Promise<Json[]> {
  const again = repeatable ? [...KNOWN_FAILURES, ...OPEN_FAILURES] : KNOWN_FAILURES;
  for (let tried = 1; ; tried += 1) {
    try {
      return await data.sql(call);
    } catch (error) {
      const wait = retryDelay(policy, tried, null, Math.random);
      if (!(error instanceof EngineError) || !again.includes(error.code) || wait === null) throw error;
      await sleep(wait, undefined, { signal: call.signal }).catch(() => undefined);
      if (call.signal.aborted) throw error;
    }
  }
}

function checkStatement(sql: string): Fault[] {
  const [path] = templatePaths(sql);
  if (path === undefined) return [];
  const message = `a statement holds no templates; write :name and give {{${path}}} as the value of that variable`;
  return [{ pointer: '/sql', code: 'invalid', message }];
}

function checkNames(variables: readonly { name: string }[]): Fault[] {
  const seen = new Set<string>();
  return variables.flatMap(({ name }, index): Fault[] => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ pointer: `/variables/${index}/name`, code: 'duplicate', message: `there is another variable "${name}"` }];
  });
}
