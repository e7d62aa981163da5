import { newId, type Json } from '#shared';
import type {
  ApiKeyRecord,
  EndResult,
  ExecutionDetail,
  HistoryFilter,
  RequestDetail,
  RetryResult,
  Role,
  SecretRecord,
  StoredReplyState,
} from '#storage';
import type { AdminStorage } from '../admin-storage.js';
import { inMemoryChannels, inMemoryNotifications } from './in-memory-channels.js';
import { InMemoryCollections } from './in-memory-collections.js';
import { InMemoryWorkflows } from './in-memory-workflows.js';
import { inMemoryReplays, type InMemoryReplays } from './in-memory-replays.js';
import { inMemoryNodeTests, type NodeTestRow } from './in-memory-node-tests.js';
import { InMemoryTasks } from './in-memory-tasks.js';
import { pageOf } from './page-of.js';

export interface InMemoryStorage extends AdminStorage {
  tasks: InMemoryTasks;
  collections: InMemoryCollections;
  replays: InMemoryReplays;
  /** What `history` answers from; specs put things in. */
  executionRows: ExecutionDetail[];
  requestRows: RequestDetail[];
  /** Filters that lists were asked with. */
  asked: HistoryFilter[];
  /** Values of secrets, to prove that they came through. */
  secretValues: Map<string, string>;
  /** Executions that wait without a worker. */
  suspended: Set<string>;
  /** Who waits for the reply of an execution. */
  waiters: Map<string, string>;
  /** Tests of nodes by id. */
  nodeTestRows: Map<string, NodeTestRow>;
  /** Error that every ping rejects with; null when the database is there. */
  away: Error | null;
  end(executionId: string, output: Json): void;
}

/** The part of storage that admin uses, without a database. */
export function inMemoryStorage(): InMemoryStorage {
  const workflows = new InMemoryWorkflows();
  const nodeTestRows = new Map<string, NodeTestRow>();
  const storage: InMemoryStorage = {
    workflows,
    tasks: new InMemoryTasks(),
    collections: new InMemoryCollections(),
    replays: inMemoryReplays((execution) =>
      storage.executionRows.push({ ...blankExecution(execution.id), ...execution }),
    ),
    executionRows: [],
    requestRows: [],
    asked: [],
    secretValues: new Map(),
    suspended: new Set(),
    waiters: new Map(),
    nodeTestRows,
    away: null,
    history: history(() => storage),
    secrets: secrets(() => storage),
    apiKeys: apiKeys(),
    channels: inMemoryChannels(),
    notifications: inMemoryNotifications(),
    triggers: triggers(() => storage),
    configuration: configuration(() => storage, workflows),
    executions: executions(() => storage),
    nodeTests: inMemoryNodeTests(nodeTestRows),
    ping: async () => {
      if (storage.away) throw storage.away;
    },
    end(executionId, output) {
      const row = storage.executionRows.find(({ id }) => id === executionId);
      if (row) Object.assign(row, { status: 'resolved', startedAt: row.createdAt, endedAt: new Date(), output });
    },
  };
  return storage;
}

function history(storage: () => InMemoryStorage): AdminStorage['history'] {
  const drop = <T extends { id: string }>(rows: T[], id: string): boolean => {
    const at = rows.findIndex((row) => row.id === id);
    if (at >= 0) rows.splice(at, 1);
    return at >= 0;
  };
  return {
    listExecutions: async (filter) => {
      storage().asked.push(filter);
      return pageOf(storage().executionRows, filter.limit, filter.cursor, ({ id }) => id);
    },
    findExecution: async (id) => storage().executionRows.find((row) => row.id === id) ?? null,
    listRequests: async (filter) => {
      storage().asked.push(filter);
      return pageOf(storage().requestRows, filter.limit, filter.cursor, ({ id }) => id);
    },
    scanRequests: async (scan) => {
      storage().asked.push(scan);
      const page = pageOf(storage().requestRows, scan.limit, scan.cursor, ({ id }) => id);
      const [from = null] = page.items.map(({ receivedAt }) => receivedAt);
      return { ...page, scanned: { requests: page.items.length, from, complete: page.nextCursor === null } };
    },
    countRefusals: async (range) => {
      storage().asked.push({ ...range, limit: 0, cursor: null });
      const item = { workflowKey: null, gate: 4, reason: 'unknown_webhook', count: 12, logged: 5 };
      return { items: [item], complete: true };
    },
    findRequest: async (id) => storage().requestRows.find((row) => row.id === id) ?? null,
    createManual: async ({ id, versionId, input, replyTo }) => {
      storage().waiters.set(id, replyTo);
      const of = (storage().workflows as InMemoryWorkflows).versionById(versionId);
      const names = { workflowKey: of?.workflow.key ?? '', version: of?.version.number ?? 0, versionId };
      storage().executionRows.push({ ...blankExecution(id), ...names, input });
    },
    deleteExecution: async (id) => {
      const row = storage().executionRows.find((candidate) => candidate.id === id);
      if (!row) return 'unknown';
      if (row.endedAt === null) return 'open';
      drop(storage().executionRows, id);
      return 'deleted';
    },
    createRetry: async (retry) => createRetry(storage(), retry),
    deleteRequest: async (id) => {
      if (storage().executionRows.some((row) => row.requestId === id && row.endedAt === null)) return 'open';
      return drop(storage().requestRows, id) ? 'deleted' : 'unknown';
    },
  };
}

async function createRetry(
  { executionRows, workflows }: InMemoryStorage,
  { id, of, versionId, restored }: Parameters<AdminStorage['history']['createRetry']>[0],
): Promise<RetryResult> {
  const old = executionRows.find((row) => row.id === of);
  if (!old) return { kind: 'unknown' };
  if (old.endedAt === null) return { kind: 'open' };
  const current = await workflows.find(old.workflowKey);
  if (!current) return { kind: 'no_version' };
  if (old.requestId !== null && !old.request) return { kind: 'no_request' };
  const { workflowKey, version, input, request, requestId } = old;
  const which =
    versionId === 'same'
      ? { version, versionId: old.versionId }
      : { version: current.version.number, versionId: current.version.id };
  const kept = { workflowKey, input, request, requestId, previousExecutionId: of, nodeRuns: [...restored] };
  executionRows.push({ ...blankExecution(id), ...kept, ...which });
  return { kind: 'created', attempt: restored.length > 0 ? 1 : 0, mode: current.workflow.mode };
}

/** A queued execution with nothing in it yet. */
export function blankExecution(id: string): ExecutionDetail {
  const none = { reason: null, requestId: null, startedAt: null, endedAt: null, request: null, reply: null };
  const rest = { output: null, error: null, previousExecutionId: null, replayId: null, nodeRuns: [], input: null };
  return { id, workflowKey: '', version: 0, versionId: 0, status: 'queued', createdAt: new Date(), ...none, ...rest };
}

function secrets(storage: () => InMemoryStorage): AdminStorage['secrets'] {
  const records = new Map<string, SecretRecord>();
  return {
    list: async () => [...records.values()],
    find: async (name) => records.get(name) ?? null,
    put: async ({ name, value, notBefore, notAfter }) => {
      const at = new Date();
      const record = { name, createdAt: records.get(name)?.createdAt ?? at, updatedAt: at, notBefore, notAfter };
      storage().secretValues.set(name, value);
      records.set(name, record);
      return record;
    },
    putIfAbsent: () => Promise.reject(new Error('only gateways do this')),
    delete: async (name) => records.delete(name),
  };
}

function apiKeys(): AdminStorage['apiKeys'] {
  const records = new Map<string, { key: string; record: ApiKeyRecord }>();
  return {
    list: async () => [...records.values()].map(({ record }) => record),
    create: async ({ name, role, key }: { name: string; role: Role; key: string }) => {
      const id = newId();
      const record = { id, name, role, prefix: key.slice(0, 7), createdAt: new Date(), lastUsedAt: null };
      records.set(id, { key, record });
      return record;
    },
    findByKey: async (key) => [...records.values()].find((entry) => entry.key === key)?.record ?? null,
    delete: async (id) => records.delete(id),
  };
}

function triggers(storage: () => InMemoryStorage): AdminStorage['triggers'] {
  return {
    findBound: async (kind, collection) =>
      (storage().workflows as InMemoryWorkflows)
        .bound()
        .filter((bound) => bound.kind === kind && (collection === undefined || bound.collection === collection)),
    start: async ({ replyTo, mode, input, ...execution }) => {
      await storage().history.createManual({ ...execution, input: structuredClone(input), replyTo: replyTo ?? '' });
      return { id: execution.id, attempt: 0, mode, dedupId: null, chunkId: null };
    },
    onStarted: () => undefined,
  };
}

function configuration(storage: () => InMemoryStorage, workflows: InMemoryWorkflows): AdminStorage['configuration'] {
  return {
    readEpoch: async () => 0,
    loadActive: async () => [],
    loadSecrets: async () => {
      const now = new Date();
      const inForce = (await storage().secrets.list()).filter(
        ({ notBefore, notAfter }) => (notBefore ?? now) <= now && (notAfter === null || notAfter > now),
      );
      return new Map(inForce.map(({ name }) => [name, storage().secretValues.get(name) ?? '']));
    },
    loadVersion: async (versionId) => {
      const of = workflows.versionById(versionId);
      if (!of) return null;
      const { workflow, version } = of;
      const names = { workflowId: workflow.id, workflowKey: workflow.key, versionId };
      return { ...names, version: version.number, document: version.document };
    },
  };
}

function executions(storage: () => InMemoryStorage): AdminStorage['executions'] {
  const refused = async (): Promise<never> => {
    throw new Error('Admin never runs a node.');
  };
  return {
    loadRunnable: refused,
    claim: refused,
    abandon: refused,
    journal: refused,
    suspend: refused,
    handBack: refused,
    write: refused,
    findEnding: refused,
    findHeld: refused,
    recordOutcome: refused,
    findReply: async (id): Promise<StoredReplyState | null> => {
      const row = storage().executionRows.find((candidate) => candidate.id === id);
      return row ? { status: row.status, reply: row.reply, suspended: storage().suspended.has(id) } : null;
    },
    loadJournal: async (id) => {
      const runs = storage().executionRows.find((candidate) => candidate.id === id)?.nodeRuns ?? [];
      return { runs, nextSeq: runs.length };
    },
    endFromOutside: async (id, { status, reason, error }): Promise<EndResult> => {
      const row = storage().executionRows.find((candidate) => candidate.id === id);
      if (!row) return { kind: 'unknown' };
      if (row.endedAt !== null) return { kind: 'closed', status: row.status };
      Object.assign(row, { status, reason, error, endedAt: new Date() });
      return { kind: 'ended', replyTo: storage().waiters.get(id) ?? null };
    },
    close: async () => undefined,
  };
}
