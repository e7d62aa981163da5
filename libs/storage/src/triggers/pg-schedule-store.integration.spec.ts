import { planTick, type SchedulePlan, type ScheduleTrigger } from '#engine';
import type { Json, JsonObject } from '#shared';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Storage } from '../contract.js';
import { createTestDatabase, openTestStorage, saveBoundWorkflow, type TestDatabase } from '../testing/index.js';
import type { DateLook, DueSchedule } from './contract.js';

let database: TestDatabase;
let workers: Storage[];
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  workers = await Promise.all([openTestStorage(database.url), openTestStorage(database.url)]);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  for (const storage of workers ?? []) await storage.close();
  await database?.drop();
});

beforeEach(async () => {
  await client.query(`update workflows set enabled = false`);
});

const HOUR = 3_600_000;
const later = new Date(Date.now() + 5 * HOUR);
const muchLater = new Date(Date.now() + 30 * HOUR);
const hourly = { type: 'schedule', repeat: '0 * * * *' };

async function inputsOf(workflowId: number): Promise<JsonObject[]> {
  const { rows } = await client.query(
    `select i.input from executions e join execution_inputs i on i.execution_id = e.id
     where e.workflow_id = $1 and e.status = 'queued' order by e.id`,
    [workflowId],
  );
  return rows.map(({ input }) => input as JsonObject);
}

/** What a worker does about one static schedule. */
async function tick(storage: Storage, due: DueSchedule, now: Date) {
  const trigger = due.trigger as unknown as ScheduleTrigger & { plan: SchedulePlan };
  return storage.schedules.advance(due, planTick(trigger, due, now));
}

async function lookAt(storage: Storage, at: Date): Promise<void> {
  const { now, due } = await storage.schedules.findDue(100, at);
  for (const schedule of due) await tick(storage, schedule, now);
}

const find = async (workflowId: number, at: Date) =>
  (await workers[0]!.schedules.findDue(100, at)).due.find((schedule) => schedule.workflowId === workflowId) ?? null;

describe('a schedule', () => {
  it('is told once it is switched on, and not while it is off', async () => {
    const { workflowId } = await saveBoundWorkflow(workers[0]!, 'switched', hourly, { enabled: false });
    expect(await find(workflowId, later)).toBeNull();
    await workers[0]!.workflows.setEnabled('switched', true);
    expect(await find(workflowId, later)).toMatchObject({ workflowKey: 'switched', nextAt: null, fired: 0 });
    await workers[0]!.workflows.setEnabled('switched', false);
    expect(await find(workflowId, muchLater)).toBeNull();
  });

  it('fires a time once, whoever of two workers comes first', async () => {
    const { workflowId } = await saveBoundWorkflow(workers[0]!, 'raced', hourly);
    await lookAt(workers[0]!, new Date());
    const due = (await find(workflowId, later))!;
    const results = await Promise.all([...workers, ...workers, ...workers].map((storage) => tick(storage, due, later)));
    expect(results.filter((started) => started !== null)).toHaveLength(1);
    expect(await inputsOf(workflowId)).toHaveLength(1);
  });

  it('makes up for what was missed with one execution for the latest time', async () => {
    const { workflowId } = await saveBoundWorkflow(workers[0]!, 'missed', hourly);
    await lookAt(workers[0]!, new Date());
    await lookAt(workers[1]!, later);
    await lookAt(workers[0]!, later);
    const date = new Date(Math.floor(later.getTime() / HOUR) * HOUR).toISOString();
    expect(await inputsOf(workflowId)).toEqual([{ date }]);
  });

  it('counts from a new version or a new switch on, and fires nothing of the time before', async () => {
    const { workflowId } = await saveBoundWorkflow(workers[0]!, 'again', hourly);
    await lookAt(workers[0]!, new Date());
    const stale = (await find(workflowId, later))!;
    await saveBoundWorkflow(workers[0]!, 'again', { ...hourly, repeat: '30 * * * *' });
    expect(await tick(workers[0]!, stale, later)).toBeNull();
    const fresh = (await find(workflowId, later))!;
    expect(fresh.nextAt).toBeNull();
    expect(fresh.since.getTime()).toBeGreaterThan(stale.since.getTime());
    await workers[0]!.workflows.setEnabled('again', false);
    expect(await tick(workers[0]!, fresh, later)).toBeNull();
    expect(await inputsOf(workflowId)).toEqual([]);
  });

  it('keeps to its limit over all versions, until it is archived', async () => {
    const limited = { ...hourly, limit: 2 };
    const { workflowId } = await saveBoundWorkflow(workers[0]!, 'limited', limited);
    const at = (hours: number) => new Date(Date.now() + hours * HOUR);
    for (const hours of [2, 4]) await lookAt(workers[0]!, at(hours));
    await saveBoundWorkflow(workers[0]!, 'limited', { ...limited, repeat: '30 * * * *' });
    for (const hours of [6, 8]) await lookAt(workers[0]!, at(hours));
    expect(await inputsOf(workflowId)).toHaveLength(2);
    await workers[0]!.workflows.archive('limited');
    await saveBoundWorkflow(workers[0]!, 'limited', limited);
    expect(await find(workflowId, later)).toMatchObject({ fired: 0 });
  });

  it('starts nothing when the transaction that moved it is lost', async () => {
    const { workflowId, versionId } = await saveBoundWorkflow(workers[0]!, 'lost', hourly);
    const due = { ...(await find(workflowId, later))!, versionId: versionId + 2 ** 31 };
    await expect(workers[0]!.schedules.advance(due, { fire: later, nextAt: muchLater })).rejects.toThrow();
    expect(await find(workflowId, later)).toMatchObject({ nextAt: null, fired: 0 });
  });
});

describe('a schedule by dates of records', () => {
  const dated = (offset: object = {}) => ({
    type: 'schedule',
    dateField: { collection: 'orders', field: 'dueAt', ...offset },
  });
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);

  beforeAll(async () => {
    const fields: Json = [
      { name: 'title', type: 'string' },
      { name: 'dueAt', type: 'datetime', index: true },
      { name: 'dueOn', type: 'date' },
    ];
    await workers[0]!.collections.put('orders', { title: 'Orders', fields });
  });

  beforeEach(async () => {
    await client.query('delete from data.orders');
  });

  const look = (now: Date, changes: Partial<DateLook> = {}): DateLook => ({
    ...{ collection: 'orders', field: 'dueAt', offsetMs: 0, now, dropAfterMs: null, limit: null, pauseMs: 5_000 },
    ...changes,
  });

  const create = (values: JsonObject) => workers[0]!.collections.createRecord('orders', values);

  it('fires each record once when its date comes, over two workers and looks that overlap', async () => {
    const { workflowId } = await saveBoundWorkflow(workers[0]!, 'due', dated());
    for (const count of [1, 2, 90]) await create({ title: `in ${count}`, dueAt: minutes(count).toISOString() });
    for (const now of [minutes(3), minutes(3.1), minutes(3.2), minutes(10)]) {
      const due = await find(workflowId, now);
      if (due) await Promise.all(workers.map((storage) => storage.schedules.fireDates(due, look(now))));
    }
    const inputs = await inputsOf(workflowId);
    expect(inputs.map(({ data }) => (data as JsonObject).title)).toEqual(['in 1', 'in 2']);
    expect(inputs[0]?.date).toBe((inputs[0]?.data as JsonObject).dueAt);
  });

  it('fires a record again when its date is moved on, and none whose date lay in the past', async () => {
    const { workflowId } = await saveBoundWorkflow(workers[0]!, 'moved', dated());
    const { id } = await create({ title: 'moved', dueAt: minutes(1).toISOString() });
    await create({ title: 'late', dueAt: minutes(-0.1).toISOString() });
    const fire = async (now: Date) => workers[0]!.schedules.fireDates((await find(workflowId, now))!, look(now));
    expect(await fire(minutes(2))).toHaveLength(1);
    await workers[0]!.collections.updateRecord('orders', String(id), { dueAt: minutes(5).toISOString() });
    expect(await fire(minutes(6))).toHaveLength(1);
    expect(await fire(minutes(7))).toHaveLength(0);
    await workers[0]!.collections.updateRecord('orders', String(id), { dueAt: minutes(4).toISOString() });
    expect(await fire(minutes(8))).toHaveLength(0);
  });

  it('counts the offset and days from midnight UTC', async () => {
    const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
    const offset = { field: 'dueOn', offset: '2d', when: 'before' };
    const { workflowId } = await saveBoundWorkflow(workers[0]!, 'days', dated(offset));
    await create({ title: 'day', dueOn: day });
    const due = Date.parse(`${day}T00:00:00Z`) - 2 * 86_400_000;
    const fire = async (ms: number) =>
      workers[0]!.schedules.fireDates((await find(workflowId, new Date(ms)))!, {
        ...look(new Date(ms)),
        ...{ field: 'dueOn', offsetMs: -2 * 86_400_000 },
      });
    expect(await fire(due - 1_000)).toHaveLength(0);
    expect(await fire(due + 5_000)).toHaveLength(1);
    expect(await inputsOf(workflowId)).toMatchObject([{ date: new Date(due).toISOString(), data: { dueOn: day } }]);
  });

  it('keeps to its limit, drops what is too late, and says what does not exist', async () => {
    const { workflowId } = await saveBoundWorkflow(workers[0]!, 'bounds', dated());
    for (const count of [1, 2, 3]) await create({ dueAt: minutes(count).toISOString() });
    const at = async (now: Date, changes: Partial<DateLook>) =>
      workers[0]!.schedules.fireDates((await find(workflowId, now))!, look(now, changes));
    await expect(at(minutes(1.5), { field: 'gone' })).rejects.toMatchObject({ code: 'unknown_field' });
    await expect(at(minutes(1.5), { field: 'title' })).rejects.toMatchObject({ code: 'not_a_date' });
    expect(await at(minutes(1.5), { limit: 2, dropAfterMs: 1_000 })).toHaveLength(0);
    expect(await at(minutes(4), { limit: 1 })).toHaveLength(1);
    expect(await find(workflowId, muchLater)).toBeNull();
  });
});
