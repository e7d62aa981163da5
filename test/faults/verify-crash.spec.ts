import { describe, expect, it } from '@jest/globals';
import type { CrashDocument } from './crash-document.js';
import type { CrashFound } from './crash-execution.js';
import { verifyCrash } from './verify-crash.js';

const document: CrashDocument = {
  key: 'written',
  nodes: () => [],
  effects: [{ node: 'mail', repeatable: false }],
  records: ['a:new'],
  tasks: ['cc:ann:open'],
  child: 'other',
  output: 1,
};
const visits = { create: 1, mail: 1 };
const runs = Object.keys(visits).map((nodeKey) => ({ nodeKey, status: 'resolved' }));
const good: CrashFound = {
  ...{ id: 'e1', status: 'resolved', reason: null, output: 1, nodeRuns: runs, answered: null },
  calls: new Map([['mail', { calls: 1, keys: new Set(['k']) }]]),
  ...{ records: ['a:new'], tasks: ['cc:ann:open'], children: ['resolved'] },
};
const resolved = { status: 'resolved', calls: new Map([['mail', 1]]) } as const;
const faultsOf = (changed: Partial<CrashFound>) => verifyCrash(document, resolved, { ...good, ...changed }, visits);

describe('what is wrong with an execution whose worker was killed', () => {
  it('is nothing when everything is there once', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it.each<[string, Partial<CrashFound>, string]>([
    ['a record twice', { records: ['a:new', 'a:new'] }, 'its records: ["a:new"] expected, not ["a:new","a:new"]'],
    ['a record lost', { records: [] }, 'its records: ["a:new"] expected, not []'],
    ['a task twice', { tasks: ['cc:ann:open', 'cc:ann:open'] }, 'its tasks'],
    ['two children', { children: ['resolved', 'resolved'] }, 'its children'],
    ['a child that still runs', { children: ['started'] }, 'its children'],
    ['a mail twice', { calls: new Map([['mail', { calls: 2, keys: new Set(['k']) }]]) }, 'calls of mail: 1 expected'],
    ['two keys', { calls: new Map([['mail', { calls: 1, keys: new Set(['k', 'l']) }]]) }, 'under 2 keys'],
    ['another end', { status: 'error', reason: 'worker_lost' }, 'it: "resolved (null)" expected'],
    ['another output', { output: 2 }, 'its output'],
    ['a visit twice', { nodeRuns: [...runs, runs[0]!] }, 'create has 2 node runs'],
    ['a visit left open', { nodeRuns: [runs[0]!, { nodeKey: 'mail', status: 'pending' }] }, 'mail is pending'],
  ])('is %s', (_what, changed, sentence) => {
    expect(faultsOf(changed).join('\n')).toContain(sentence);
  });
});
