import { newId, type JsonObject } from '#shared';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleOutcome } from '../testing/index.js';
import type { TaskSubmission } from './contract.js';
import { submitTask } from './submit-task.js';
import { openTaskDatabase, type TaskDatabase, type WaitingVisit } from '../testing/task-database.js';

let test: TaskDatabase;

beforeAll(async () => {
  test = await openTaskDatabase();
});

afterAll(() => test?.close());

/** What `who` does with the task of this visit. */
async function submit(visit: WaitingVisit, who: string, action: string, more: Partial<TaskSubmission> = {}) {
  const { [who]: id = newId() } = await test.ids(visit);
  return test.storage.tasks.submit(id, { action, values: {}, comment: null, delegateTo: null, ...more });
}

const states = (visit: WaitingVisit) => test.storage.tasks.statesOf(visit.nodeRunId);

async function isDue({ executionId }: WaitingVisit): Promise<boolean> {
  const { resume_at } = await test.execution(executionId);
  return resume_at !== null && resume_at.getTime() <= Date.now() + 1000;
}

const end = ({ executionId }: WaitingVisit) =>
  test.storage.executions.recordOutcome(
    sampleOutcome(executionId, { expected: { status: 'started', attempt: 1, leaseId: null } }),
  );

describe('submitting a task', () => {
  it('is done with it, keeps what was sent to the letter, and makes the execution due', async () => {
    const visit = await test.waiting(['ann', 'bob']);
    const values: JsonObject = { price: 9, odd: 'a\0b\ud800' };
    const result = await submit(visit, 'bob', 'continue', { values, comment: 'fi\0ne' });
    expect(result).toMatchObject({
      kind: 'submitted',
      wakes: true,
      task: { assignee: 'bob', status: 'done', action: 'continue', values, comment: 'fi\ufffdne', nodeKey: 'check' },
    });
    expect(await states(visit)).toEqual([
      {
        ...{ assignee: 'bob', status: 'done', action: 'continue', values, comment: 'fi\ufffdne' },
        submittedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
      { assignee: 'ann', status: 'open', action: null, values: null, comment: null, submittedAt: null },
    ]);
    expect(await isDue(visit)).toBe(true);
    expect((await test.storage.dispatch.resumeDue(100)).map(({ id }) => id)).toContain(visit.executionId);
  });

  it('as a draft keeps it open and wakes nobody', async () => {
    const visit = await test.waiting(['ann'], { actions: ['approve', 'save', 'comment'] });
    expect(await submit(visit, 'ann', 'save', { values: { a: 1 } })).toMatchObject({ kind: 'submitted', wakes: false });
    expect(await submit(visit, 'ann', 'comment', { comment: 'a moment' })).toMatchObject({ wakes: false });
    expect(await states(visit)).toMatchObject([
      { status: 'open', action: 'comment', values: { a: 1 }, comment: 'a moment', submittedAt: null },
    ]);
    expect(await isDue(visit)).toBe(false);
    expect(await submit(visit, 'ann', 'approve', { values: { a: 2 } })).toMatchObject({ wakes: true });
    expect(await states(visit)).toMatchObject([{ status: 'done', values: { a: 2 }, comment: 'a moment' }]);
  });

  it('twice at once is won by one of them', async () => {
    const visit = await test.waiting(['ann', 'bob']);
    const tries = Array.from({ length: 6 }, (_none, n) =>
      submit(visit, 'ann', n % 2 === 0 ? 'continue' : 'reject', { values: { n } }),
    );
    const results = await Promise.all(tries);
    const won = results.findIndex(({ kind }) => kind === 'submitted');
    expect(results.map(({ kind }) => kind).sort()).toEqual([...Array<string>(5).fill('not_open'), 'submitted']);
    expect((await states(visit))[0]).toMatchObject({ assignee: 'ann', values: { n: won } });
  });

  it('keeps the order in which people got their turn, not that in which they began', async () => {
    const visit = await test.waiting(['ann', 'bob']);
    const { ann = '' } = await test.ids(visit);
    await test.client.query('begin');
    await test.client.query('select now()');
    await submit(visit, 'bob', 'continue');
    const submission = { action: 'continue', values: {}, comment: null, delegateTo: null };
    expect(await submitTask(test.transaction, ann, submission)).toMatchObject({ kind: 'submitted' });
    await test.client.query('commit');
    expect((await states(visit)).map(({ assignee }) => assignee)).toEqual(['bob', 'ann']);
  });

  it('refuses unknown tasks, unknown actions and what was done already', async () => {
    const visit = await test.waiting(['ann']);
    expect(await submit(visit, 'nobody', 'continue')).toEqual({ kind: 'unknown' });
    const none = { action: 'continue', values: {}, comment: null, delegateTo: null };
    expect(await test.storage.tasks.submit('none', none)).toEqual({ kind: 'unknown' });
    expect(await submit(visit, 'ann', 'approve')).toEqual({
      kind: 'invalid',
      faults: [{ pointer: '/action', code: 'invalid', message: 'use one of continue, reject, save' }],
    });
    expect(await submit(visit, 'ann', 'reject', { delegateTo: 'bob' })).toMatchObject({
      faults: [{ pointer: '/delegateTo' }],
    });
    expect(await isDue(visit)).toBe(false);
    await submit(visit, 'ann', 'reject');
    expect(await submit(visit, 'ann', 'reject')).toEqual({ kind: 'not_open' });
  });

  it('is refused once the execution ended or timed out; what was done stays done', async () => {
    const visit = await test.waiting(['ann', 'bob']);
    await submit(visit, 'ann', 'continue');
    await end(visit);
    expect(await submit(visit, 'bob', 'continue')).toEqual({ kind: 'execution_ended' });
    expect(await submit(visit, 'ann', 'continue')).toEqual({ kind: 'not_open' });
    const late = await test.waiting(['ann']);
    await test.client.query(`update executions set expires_at = now() - interval '1 second' where id = $1`, [
      late.executionId,
    ]);
    expect(await submit(late, 'ann', 'continue')).toEqual({ kind: 'execution_ended' });
    expect(await isDue(late)).toBe(false);
  });
});

describe('a submission and a run of the execution', () => {
  it('waits for a worker that is letting go, and makes due what it let go of', async () => {
    const visit = await test.waiting(['ann'], { held: true });
    const { ann = '' } = await test.ids(visit);
    await test.client.query('begin');
    await test.client.query(`update executions set lease_id = null, resume_at = null where id = $1`, [
      visit.executionId,
    ]);
    let isSubmitted = false;
    const none = { values: {}, comment: null, delegateTo: null };
    const submitting = test.storage.tasks.submit(ann, { action: 'continue', ...none }).then((result) => {
      isSubmitted = true;
      return result;
    });
    await sleep(150);
    expect(isSubmitted).toBe(false);
    await test.client.query('commit');
    expect(await submitting).toMatchObject({ kind: 'submitted' });
    expect(await isDue(visit)).toBe(true);
    expect(await test.storage.tasks.wake(visit.executionId)).toMatchObject({ id: visit.executionId, attempt: 1 });
  });

  it('leaves a mark on one that runs, which is due as soon as its worker lets go', async () => {
    const visit = await test.waiting(['ann'], { held: true });
    const { executionId } = visit;
    await submit(visit, 'ann', 'continue');
    expect(await test.execution(executionId)).toMatchObject({ status: 'started', lease_id: test.leaseId });
    expect(await test.storage.tasks.wake(executionId)).toBeNull();
    expect((await test.storage.dispatch.resumeDue(100)).map(({ id }) => id)).not.toContain(executionId);
    const hold = { executionId, attempt: 1, leaseId: test.leaseId };
    expect(await test.storage.executions.suspend(hold, 0, [], new Date(Date.now() + 3_600_000))).toBe(true);
    expect((await test.storage.dispatch.resumeDue(100)).map(({ id }) => id)).toContain(executionId);
  });

  it('is seen by whoever claims a queued one afterwards, and the claim takes the mark away', async () => {
    const visit = await test.waiting(['ann', 'bob']);
    await submit(visit, 'ann', 'save');
    await test.client.query(`update executions set status = 'queued' where id = $1`, [visit.executionId]);
    await submit(visit, 'ann', 'continue');
    expect(await test.storage.executions.claim(visit.executionId, 1, test.leaseId, null)).toBe(true);
    expect(await isDue(visit)).toBe(false);
    expect(await states(visit)).toMatchObject([{ assignee: 'ann', status: 'done' }, { assignee: 'bob' }]);
  });

  it('is refused when the ending came first, and counts when it did', async () => {
    const visit = await test.waiting(['ann']);
    const [submitted, ended] = await Promise.all([submit(visit, 'ann', 'continue'), end(visit)]);
    expect(ended).toBe(true);
    const [state] = await states(visit);
    expect([submitted.kind, state?.status]).toEqual(
      submitted.kind === 'submitted' ? ['submitted', 'done'] : ['execution_ended', 'open'],
    );
  });
});

describe('handing a task on', () => {
  const actions = ['approve', 'reject', 'delegate'];

  it('gives somebody else the same task, and wakes nobody', async () => {
    const visit = await test.waiting(['ann'], { kind: 'approval', actions, data: { id: 7 }, form: { type: 'object' } });
    const result = await submit(visit, 'ann', 'delegate', { delegateTo: 'joe', comment: 'please' });
    expect(result).toMatchObject({ kind: 'submitted', wakes: false, task: { status: 'done', action: 'delegate' } });
    expect(await isDue(visit)).toBe(false);
    const { joe = '' } = await test.ids(visit);
    expect(await test.storage.tasks.find(joe)).toMatchObject({
      ...{ kind: 'approval', assignee: 'joe', delegatedFrom: 'ann', status: 'open', actions, data: { id: 7 } },
      ...{ form: { type: 'object' }, executionId: visit.executionId, comment: null, action: null },
    });
    expect(await submit(visit, 'joe', 'approve')).toMatchObject({ wakes: true });
    expect(await states(visit)).toMatchObject([
      { assignee: 'ann', action: 'delegate' },
      { assignee: 'joe', action: 'approve' },
    ]);
  });

  it('needs somebody who has no voice in it', async () => {
    const visit = await test.waiting(['ann', 'bob'], { kind: 'approval', actions });
    const faults = async (who: string, delegateTo: string | null) => {
      const result = await submit(visit, who, 'delegate', { delegateTo });
      return result.kind === 'invalid' ? result.faults.map(({ code }) => code) : result.kind;
    };
    expect(await faults('ann', null)).toEqual(['missing']);
    expect(await faults('ann', 'ann')).toEqual(['duplicate']);
    expect(await faults('ann', 'bob')).toEqual(['duplicate']);
    expect(await faults('ann', 'joe')).toBe('submitted');
    expect(await faults('bob', 'ann')).toBe('submitted');
  });
});
