import type { Reply } from '#engine';
import type {
  AcceptRequest,
  AcceptResult,
  CountedRefusal,
  ExecutionStore,
  LoggedRequest,
  RequestAcceptor,
  RequestLog,
  RunnableExecution,
  StoredReplyState,
} from '#storage';

export interface FakeStorage {
  acceptor: Pick<RequestAcceptor, 'accept'>;
  requestLog: Pick<RequestLog, 'write' | 'count'>;
  executions: Pick<ExecutionStore, 'findReply' | 'loadRunnable'>;
  /** Everything accepted, duplicates included. */
  readonly accepted: AcceptRequest[];
  readonly logged: LoggedRequest[];
  readonly counted: CountedRefusal[];
  /** When set, `accept` rejects with it. */
  failure: Error | null;
  /** Ends an execution as a worker would. */
  finish(executionId: string, reply: Reply | null): void;
}

/** What the gateway needs of storage, in memory: dedup without expiry, replies on demand. */
export function fakeStorage(): FakeStorage {
  const byDedup = new Map<string, { executionId: string; versionId: number; body: string }>();
  const executions = new Map<string, { request: AcceptRequest; state: StoredReplyState }>();
  const storage: FakeStorage = {
    accepted: [],
    logged: [],
    counted: [],
    failure: null,
    requestLog: {
      write: (entry) => void storage.logged.push(entry),
      count: (entry) => void storage.counted.push(entry),
    },
    acceptor: {
      async accept(request): Promise<AcceptResult> {
        if (storage.failure) throw storage.failure;
        storage.accepted.push(request);
        const { executionId, versionId } = request;
        const id = request.dedup?.id.toString('hex');
        const first = id === undefined ? undefined : byDedup.get(id);
        const body = request.bodySha256.toString('hex');
        if (first) return { kind: 'duplicate', ...first, bodyDiffers: first.body !== body };
        if (id !== undefined) byDedup.set(id, { executionId, versionId, body });
        executions.set(executionId, { request, state: { status: 'queued', reply: null, suspended: false } });
        return { kind: 'accepted', executionId, previousExecutionId: null, chunk: null };
      },
    },
    executions: {
      findReply: async (id) => executions.get(id)?.state ?? null,
      loadRunnable: async (id) => {
        const found = executions.get(id);
        return found ? ({ request: found.request.request } as RunnableExecution) : null;
      },
    },
    finish: (executionId, reply) => {
      const found = executions.get(executionId);
      if (found) found.state = { status: 'resolved', reply, suspended: false };
    },
  };
  return storage;
}
