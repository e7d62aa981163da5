import type { Json } from '#shared';
import { CHILD, RECORDS, type CrashDocument } from './crash-document.js';
import { create, EXECUTION, node, output, result, TAG, wait } from './crash-nodes.js';

const ours = (name: string) => ({ tag: { $eq: TAG }, name: { $eq: name }, state: { $eq: 'new' } });

const records: CrashDocument = {
  key: 'crash-records',
  nodes: () => [
    create('kept'),
    create('gone'),
    // Done twice, the second one would find nothing and say so.
    node('update', 'update', { collection: RECORDS, filter: ours('kept'), values: { state: 'done' } }),
    node('destroy', 'destroy', { collection: RECORDS, filter: ours('gone') }),
    node('cc', 'cc', { users: ['eve', 'joe'], title: 'Written' }),
    output({ updated: result('update'), destroyed: result('destroy') }),
  ],
  records: ['kept:done'],
  tasks: ['cc:eve:open', 'cc:joe:open'],
  output: { updated: 1, destroyed: 1 },
  telling: ['before commit 1', 'after commit 3', 'after commit 4', 'after commit 5'],
};

const byExecution = { collection: RECORDS, filter: { execution: { $eq: EXECUTION } } };

const reads: CrashDocument = {
  key: 'crash-reads',
  nodes: () => [
    create('read'),
    node('found', 'query', byExecution),
    node('count', 'aggregate', { ...byExecution, aggregator: 'count' }),
    output({ name: result('found.name'), count: result('count') }),
  ],
  records: ['read:new'],
  output: { name: 'read', count: 1 },
  telling: ['before commit 2'],
};

const waits: CrashDocument = {
  key: 'crash-waits',
  nodes: () => [create('before'), wait, create('after'), output('waited')],
  records: ['after:new', 'before:new'],
  output: 'waited',
  telling: ['after journal-entries 1', 'after resume-due 1'],
};

const people: CrashDocument = {
  key: 'crash-people',
  nodes: () => [
    node('check', 'manual', { assignees: ['ann', 'bob'], mode: 'all', title: 'Check' }),
    create('checked'),
    output('checked'),
  ],
  records: ['checked:new'],
  tasks: ['manual:ann:done', 'manual:bob:done'],
  output: 'checked',
  telling: ['before commit 1', 'after commit 1'],
};

const approval: CrashDocument = {
  key: 'crash-approval',
  trigger: 'approval',
  nodes: () => [
    node('agree', 'approval', { approvers: ['cid', 'dan'], title: 'Agree' }),
    create('agreed'),
    output('agreed'),
  ],
  records: ['agreed:new', 'submitted:new'],
  tasks: ['approval:cid:done', 'approval:dan:done'],
  output: 'agreed',
  telling: ['after commit 1'],
};

const nested: CrashDocument = {
  key: 'crash-nested',
  nodes: () => [
    node('ask', 'subflow', { workflow: CHILD, context: { data: { tag: TAG } } }),
    create('parent'),
    output(result('ask')),
  ],
  child: CHILD,
  records: ['child:new', 'parent:new'],
  output: 'from the child',
  telling: ['after commit 1', 'after child commit 1', 'after child record-outcome-and-wake 1'],
};

/** What the subflow starts. */
export const CHILD_NODES: Json[] = [create('child'), output('from the child')];

const rounds: CrashDocument = {
  key: 'crash-rounds',
  nodes: () => [
    node('each', 'loop', { target: 3 }, { body: [create('{{$scopes.each.index}}', 'create')] }),
    output('round'),
  ],
  records: ['0:new', '1:new', '2:new'],
  output: 'round',
  telling: ['before commit 2', 'after commit 3'],
};

const parallel: CrashDocument = {
  key: 'crash-parallel',
  nodes: () => [
    node(
      'both',
      'parallel',
      { mode: 'all' },
      { left: [create('left'), wait, create('later')], right: [create('right')] },
    ),
    output('joined'),
  ],
  records: ['later:new', 'left:new', 'right:new'],
  output: 'joined',
  telling: ['before commit 2', 'after commit 2'],
};

/** A branch loses with somebody asked in it. */
const race: CrashDocument = {
  key: 'crash-race',
  nodes: () => [
    node(
      'race',
      'parallel',
      { mode: 'race' },
      { asks: [node('ask', 'manual', { assignees: ['zoe'], title: 'Too late' })], waits: [wait, create('won')] },
    ),
    output('raced'),
  ],
  records: ['won:new'],
  tasks: ['manual:zoe:closed'],
  silent: ['zoe'],
  output: 'raced',
  telling: ['before commit 3', 'after commit 3'],
};

const answer: CrashDocument = {
  key: 'crash-answer',
  trigger: 'sync',
  nodes: () => [
    create('asked'),
    node('say', 'response-message', { message: 'asked' }),
    output('answered'),
    node('reply', 'response', { status: 201, body: { ok: true } }),
  ],
  records: ['asked:new'],
  output: 'answered',
  telling: ['after record-outcome 1'],
};

export const DOCUMENTS_WITH_WRITES: readonly CrashDocument[] = [
  ...[records, reads, waits, people, approval],
  ...[nested, rounds, parallel, race, answer],
];
