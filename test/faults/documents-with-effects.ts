import type { Json } from '#shared';
import { CHANNEL, IN_APP, RECORDS, type CrashDocument } from './crash-document.js';
import { EXECUTION, node, output, result, TAG } from './crash-nodes.js';
import type { Effect } from './workloads.js';

/** Longer than any recovery: a call must not end by itself. Milliseconds. */
const CALL_TIMEOUT = 60_000;

const once = (key: string): Effect => ({ node: key, repeatable: false });
const again = (key: string): Effect => ({ node: key, repeatable: true });

function call({ node: key, repeatable }: Effect, url: string): Json {
  const headers = [{ name: 'x-execution', value: EXECUTION }];
  return node(key, 'request', { url: `${url}/${key}`, headers, timeout: CALL_TIMEOUT, repeatable });
}

const REQUESTS = [once('first'), again('again'), once('second')];
const requests: CrashDocument = {
  key: 'crash-requests',
  effects: REQUESTS,
  nodes: ({ url }) => {
    const [first, repeated, second] = REQUESTS.map((effect) => call(effect, url)) as [Json, Json, Json];
    return [first, node('sum', 'calculation', { expression: '1 + 1' }), repeated, second, output(result('sum'))];
  },
  output: 2,
};

const INSERT = `insert into ${RECORDS} (tag, execution, name, state) values (:tag, :execution, 'sql', 'new')`;

/** A call of each kind that is no request. */
const calls: CrashDocument = {
  key: 'crash-calls',
  effects: [once('mail'), again('llm'), again('notification'), once('in-app'), once('sql')],
  nodes: ({ url, smtpPort }) => [
    node('mail', 'mailer', {
      provider: { host: '127.0.0.1', port: smtpPort, secure: false },
      ...{ from: 'shop@example.com', to: ['ann@example.com'], subject: 'Order' },
      ...{ text: `execution: ${EXECUTION}`, timeout: CALL_TIMEOUT },
    }),
    node('llm', 'llm', {
      ...{ baseUrl: `${url}/llm`, model: 'small', timeout: CALL_TIMEOUT, repeatable: true },
      messages: [{ role: 'user', content: `execution: ${EXECUTION}` }],
    }),
    node('notification', 'notification', {
      channel: CHANNEL,
      message: { text: 'Order', execution: EXECUTION },
      repeatable: true,
    }),
    node('in-app', 'notification', { channel: IN_APP, message: { to: TAG, text: `execution: ${EXECUTION}` } }),
    node('sql', 'sql', {
      sql: INSERT,
      variables: [
        { name: 'tag', value: TAG },
        { name: 'execution', value: EXECUTION },
      ],
    }),
    output('called'),
  ],
  output: 'called',
  telling: [
    'received mail 1',
    'answered llm 1',
    'received notification 1',
    'received in-app 1',
    'before sql commit 1',
    'received sql 1',
  ],
};

export const DOCUMENTS_WITH_EFFECTS: readonly CrashDocument[] = [requests, calls];
