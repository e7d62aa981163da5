import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { effectFaults } from './effect-faults.js';
import type { ReceivedCall } from './call-receiver.js';
import type { ReceivedMail } from './mailbox.js';
import type { Stage } from './stage.js';

const mail: ReceivedMail = { from: 'desk@example.com', to: ['ann@example.com'], subject: 'Hello', text: 'x' };
const call: ReceivedCall = { path: '/deploy', body: { a: 1 } };

function stageWith({
  mails = [],
  calls = [],
  newest = null,
}: Partial<ReturnType<Stage['outside']['take']>> & { newest?: JsonObject | null }) {
  const printed: string[] = [];
  const stage: Stage = {
    gatewayUrl: '',
    read: async () => ({ items: newest === null ? [] : [newest] }) as Record<string, Json>,
    send: async () => undefined,
    outside: { take: () => ({ mails, calls }) },
    print: (line) => printed.push(line),
    executions: new Map(),
  };
  return { stage, printed };
}

describe('the effects of a scene', () => {
  it('are as expected, and told', async () => {
    const { stage, printed } = stageWith({ mails: [mail], calls: [call], newest: { id: 1, name: 'Ann', note: null } });
    const record = { collection: 'people', values: { name: 'Ann' } };
    const mails = [{ to: ['ann@example.com'], subject: 'Hello' }];
    expect(await effectFaults({ mails, calls: [call], record }, stage)).toEqual([]);
    expect(printed.map((line) => line.trim())).toEqual([
      'record     people {"id":1,"name":"Ann"}',
      'mail       "Hello" to ann@example.com from desk@example.com',
      'call       POST /deploy {"a":1}',
    ]);
  });

  it.each([
    ['a mail that nobody expected', { mails: [mail] }, {}],
    ['a call that nobody expected', { calls: [call] }, {}],
    ['a call made twice', { calls: [call, call] }, { calls: [call] }],
    ['a call with another body', { calls: [call] }, { calls: [{ path: '/deploy', body: { a: 2 } }] }],
    ['a mail that did not arrive', {}, { mails: [{ to: ['ann@example.com'], subject: 'Hello' }] }],
    ['a record that is not there', {}, { record: { collection: 'people', values: { name: 'Ann' } } }],
    ['another record', { newest: { name: 'Bob' } }, { record: { collection: 'people', values: { name: 'Ann' } } }],
  ])('are at fault: %s', async (_what, found, wanted) => {
    const { stage } = stageWith(found);
    expect(await effectFaults(wanted, stage)).toHaveLength(1);
  });
});
