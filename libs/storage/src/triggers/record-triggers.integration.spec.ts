import type { Json, JsonObject } from '#shared';
import { newId } from '#shared';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { applyRecordWrite, type RecordWrite } from '../collections/apply-record-write.js';
import { Database } from '../connection/database.js';
import type { WriteOrigin } from '../connection/transaction.js';
import type { QueuedExecution, Storage } from '../contract.js';
import {
  createTestDatabase,
  openTestStorage,
  sampleNodeRun,
  saveBoundWorkflow,
  type TestDatabase,
} from '../testing/index.js';
import { RecordTriggers } from './record-triggers.js';
import { StartedExecutions } from './started-executions.js';

let database: TestDatabase;
let storage: Storage;
let pool: Database;
let client: pg.Client;
const announced: QueuedExecution[] = [];
const started = new StartedExecutions();
const triggers = new RecordTriggers(started);

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
  pool = new Database({ databaseUrl: database.url, applicationName: 'spec', poolSize: 2, statementTimeoutMs: 5_000 });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const fields = [
    { name: 'status', type: 'string' },
    { name: 'amount', type: 'decimal' },
    { name: 'notes', type: 'json' },
  ];
  await storage.collections.put('orders', { title: 'Orders', fields });
  started.onStarted((executions) => announced.push(...executions));
});

afterAll(async () => {
  await client?.end();
  await pool?.close();
  await storage?.close();
  await database?.drop();
});

afterEach(async () => {
  await client.query('update workflows set enabled = false');
  announced.length = 0;
});

const onOrders = (changes: JsonObject = {}) => ({ type: 'collection', collection: 'orders', ...changes });

function write(change: RecordWrite, origin: WriteOrigin | null = null, fail = false): Promise<Json> {
  return pool.transaction(async (transaction) => {
    const result = await applyRecordWrite(transaction, change, origin, triggers);
    if (fail) throw new Error('rolled back');
    return result;
  });
}

const create = (values: JsonObject) => write({ kind: 'create_record', collection: 'orders', values });
const update = (id: Json, values: JsonObject) =>
  write({ kind: 'update_records', collection: 'orders', filter: { id: { $eq: id } }, values });

async function startedOf(workflowId: number): Promise<{ input: JsonObject; stack: number[] | null; id: string }[]> {
  const { rows } = await client.query(
    `select e.id, e.stack, i.input from executions e join execution_inputs i on i.execution_id = e.id
     where e.workflow_id = $1 and e.status = 'queued' order by e.id`,
    [workflowId],
  );
  return rows as { input: JsonObject; stack: number[] | null; id: string }[];
}

describe('a workflow that waits for records', () => {
  it('is started with the record, by the commit that writes it', async () => {
    const { workflowId } = await saveBoundWorkflow(storage, 'created', onOrders({ events: ['created'] }));
    const record = (await create({ status: 'new', amount: 5 })) as JsonObject;
    const [execution, ...others] = await startedOf(workflowId);
    expect(others).toEqual([]);
    expect(execution).toMatchObject({ stack: null, input: { data: record, event: 'created', changed: [] } });
    expect(announced.map(({ id }) => id)).toEqual([execution!.id]);
  });

  it('is not started by a write that is rolled back, nor while it is off', async () => {
    const { workflowId } = await saveBoundWorkflow(storage, 'rolled-back', onOrders());
    const change: RecordWrite = { kind: 'create_record', collection: 'orders', values: {} };
    await expect(write(change, null, true)).rejects.toThrow('rolled back');
    await storage.workflows.setEnabled('rolled-back', false);
    await create({});
    expect([await startedOf(workflowId), announced]).toEqual([[], []]);
  });

  it('sees what an update changed, and only updates of the fields it names', async () => {
    const { workflowId } = await saveBoundWorkflow(storage, 'changed', onOrders({ changed: ['status'] }));
    const { id } = (await create({ status: 'new', amount: 1 })) as JsonObject;
    await update(id!, { amount: 2 });
    await update(id!, { status: 'paid', notes: { a: [1] } });
    const [first, second, ...others] = await startedOf(workflowId);
    expect([first?.input.event, others]).toEqual(['created', []]);
    expect(second?.input).toMatchObject({
      event: 'updated',
      changed: ['status', 'notes'],
      data: { id, status: 'paid', amount: 2, notes: { a: [1] } },
      previous: { id, status: 'new', amount: 2, notes: null },
    });
  });

  it('sees only records that its filter holds for: as they are, a deleted one as it was', async () => {
    const filter: JsonObject = { $or: [{ amount: { $gte: 100 } }, { status: { $startsWith: 'vip' } }] };
    const events = ['created', 'deleted'];
    const { workflowId } = await saveBoundWorkflow(storage, 'filtered', onOrders({ events, filter }));
    const written: JsonObject[] = [{ amount: 99.99 }, { amount: '100.01' }, { status: 'VIP-1' }, {}];
    for (const values of written) await create(values);
    await write({ kind: 'destroy_records', collection: 'orders', filter: { amount: { $gt: 50 } } });
    const inputs = (await startedOf(workflowId)).map(({ input }) => input);
    expect(inputs.map(({ event, data }) => [event, (data as JsonObject).amount, (data as JsonObject).status])).toEqual([
      ['created', 100.01, null],
      ['created', null, 'VIP-1'],
      ['deleted', 100.01, null],
    ]);
  });

  it('is started once per record that one statement changes', async () => {
    for (let n = 0; n < 5; n += 1) await create({ status: 'many', amount: n });
    const { workflowId } = await saveBoundWorkflow(storage, 'many', onOrders({ events: ['updated'] }));
    const filter = { status: { $eq: 'many' } };
    await write({ kind: 'update_records', collection: 'orders', filter, values: { status: 'done' } });
    expect(await startedOf(workflowId)).toHaveLength(5);
    expect(announced).toHaveLength(5);
  });

  it('leaves an execution that says why, and the record alone, when its filter fits no more', async () => {
    const { workflowId } = await saveBoundWorkflow(storage, 'broken', onOrders({ filter: { gone: { $eq: 1 } } }));
    const record = (await create({ status: 'kept' })) as JsonObject;
    expect(await storage.collections.findRecord('orders', String(record.id))).toEqual(record);
    const { items } = await storage.history.listExecutions({ workflow: 'broken', limit: 10, cursor: null });
    expect(items).toMatchObject([{ status: 'error' }]);
    expect(await storage.history.findExecution(items[0]!.id)).toMatchObject({
      error: { code: 'filter_failed', detail: { code: 'unknown_field' } },
      input: { data: record },
    });
    expect([await startedOf(workflowId), announced]).toEqual([[], []]);
  });
});

describe('workflows that start each other', () => {
  const origin = (stack: number[]): WriteOrigin => ({
    executionId: newId(),
    workflowId: stack.at(-1)!,
    mode: 'async',
    nodeRunId: newId(),
    nodeKey: 'write',
    stack,
  });
  const change: RecordWrite = { kind: 'create_record', collection: 'orders', values: {} };

  it('hand on the stack, and end where a workflow would start itself', async () => {
    const own = await saveBoundWorkflow(storage, 'own', onOrders());
    const other = await saveBoundWorkflow(storage, 'other', onOrders());
    await write(change, origin([own.workflowId]));
    expect(await startedOf(own.workflowId)).toEqual([]);
    expect(await startedOf(other.workflowId)).toMatchObject([{ stack: [own.workflowId] }]);
  });

  it('may go round as often as the stack limit says', async () => {
    const deep = await saveBoundWorkflow(storage, 'deep', onOrders(), { options: { stackLimit: 3 } });
    for (let depth = 1; depth <= 4; depth += 1) await write(change, origin(Array(depth).fill(deep.workflowId)));
    expect(await startedOf(deep.workflowId)).toHaveLength(2);
  });
});

describe('a node that writes a record', () => {
  it('starts what waits for it together with its journal entry, and hands on its stack', async () => {
    const writer = await saveBoundWorkflow(storage, 'writer', { type: 'manual' });
    const waiting = await saveBoundWorkflow(storage, 'waiting', onOrders());
    const heard: string[] = [];
    storage.triggers.onStarted((executions) => heard.push(...executions.map(({ id }) => id)));
    const executionId = newId();
    await storage.triggers.start({ id: executionId, ...writer, mode: 'async', input: null, replyTo: null });
    const leaseId = await storage.leases.open('spec', 60_000);
    expect(await storage.executions.claim(executionId, 0, leaseId, null)).toBe(true);
    const hold = { executionId, attempt: 1, leaseId };
    const node = sampleNodeRun({ nodeKey: 'write', type: 'create' });
    const entry = { write: { kind: 'create_record' as const, collection: 'orders', values: {} }, visit: node };
    const failing = storage.executions.write(hold, 0, entry, () => {
      throw new Error('too large');
    });
    await expect(failing).rejects.toThrow('too large');
    expect([await startedOf(waiting.workflowId), heard]).toEqual([[], []]);
    await storage.executions.write(hold, 0, entry, (result) => [{ ...node, result }]);
    const [started, ...others] = await startedOf(waiting.workflowId);
    expect([started?.stack, others]).toEqual([[writer.workflowId], []]);
    expect(heard).toEqual([started?.id]);
  });
});

describe('the type of a trigger', () => {
  it('stays what it was when the workflow was created', async () => {
    await saveBoundWorkflow(storage, 'typed', onOrders());
    const save = saveBoundWorkflow(storage, 'typed', { type: 'manual' });
    await expect(save).rejects.toThrow(/trigger_differs/);
    expect((await storage.workflows.find('typed'))?.workflow.trigger).toBe('collection');
  });

  it('may be another one when an archived key comes back', async () => {
    await saveBoundWorkflow(storage, 'revived', { type: 'manual' });
    await storage.workflows.archive('revived');
    await saveBoundWorkflow(storage, 'revived', { type: 'webhook' });
    expect((await storage.workflows.find('revived'))?.workflow.trigger).toBe('webhook');
    const { items } = await storage.workflows.list(50, null);
    expect(items.find(({ key }) => key === 'typed')?.trigger).toBe('collection');
  });
});
