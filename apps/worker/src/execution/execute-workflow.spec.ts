import { describe, expect, it } from '@jest/globals';
import { compileWorkflow, type NodeRunRecord } from '#engine';
import { fakePorts } from '#engine/testing';
import type { ExecutionJob } from '#queue';
import { createLogger, type Json } from '#shared';
import type { OutcomeToRecord, RunnableExecution } from '#storage';
import { eventually } from '../../../../test/support/eventually.js';
import { runnableExecution } from '../testing/runnable-execution.js';
import { ExecuteWorkflow, type ExecuteWorkflowParts } from './execute-workflow.js';

const LEASE = 7;
const LIMITS = {
  JSON_LIMITS: { depth: 64, keys: 10_000 },
  MULTIPART_LIMITS: { parts: 50, field: 1024 ** 2, file: 0 },
  XML_LIMITS: { bytes: 1024 ** 2 },
  RESULT_LIMITS: { node: 1_000_000, reply: 1_000_000, state: 1_000_000 },
  SCRIPT_LIMITS: { wall: 10_000 },
} as unknown as ExecuteWorkflowParts['settings'];

const sum = { key: 'sum', type: 'calculation', config: { engine: 'math.js', expression: '1 + 1' } };
const script = { key: 'script', type: 'script', config: { content: 'return 1' } };
const wait = { key: 'wait', type: 'delay', config: { duration: 1, unit: 'day' } };
const answer = { key: 'answer', type: 'response', config: { status: 201, body: 'made' } };

function compiled(nodes: Json[], options: Record<string, Json>, mode: 'async' | 'sync') {
  const result = compileWorkflow({ key: 'k', trigger: { type: 'webhook', mode }, options, nodes });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.workflow;
}

interface Given {
  execution?: Partial<RunnableExecution>;
  nodes?: Json[];
  options?: Record<string, Json>;
  claim?: boolean;
  recorded?: boolean;
  journal?: NodeRunRecord[];
  /** What a script node does. */
  script?: (signal: AbortSignal) => Promise<Json>;
  load?: () => void;
}

function workflowOver(given: Given) {
  const calls: unknown[][] = [];
  const outcomes: OutcomeToRecord[] = [];
  const enqueued: ExecutionJob[] = [];
  const execution = runnableExecution({ input: {}, ...given.execution });
  const noting =
    <T>(name: string, answer: T) =>
    async (...args: unknown[]) => {
      calls.push([name, ...args]);
      return answer;
    };
  const ports = fakePorts({
    script: {
      run: async ({ signal }) => ({ ok: true, result: (await given.script?.(signal)) ?? 1, log: '' }),
    },
  });
  const parts = {
    executions: {
      loadRunnable: async () => execution,
      claim: noting('claim', given.claim ?? true),
      loadJournal: noting('loadJournal', { runs: given.journal ?? [], nextSeq: 3 }),
      journal: noting('journal', true),
      suspend: noting('suspend', true),
      handBack: noting('handBack', true),
      abandon: noting('abandon', undefined),
      recordOutcome: async (outcome: OutcomeToRecord) => {
        outcomes.push(outcome);
        return given.recorded ?? true;
      },
    },
    versions: {
      load: async () => {
        calls.push(['load']);
        given.load?.();
        return compiled(given.nodes ?? [sum], given.options ?? {}, execution.mode);
      },
    },
    environment: { valuesFor: () => ({ values: {}, secretNames: new Set() }) },
    replies: { publish: noting('publish', undefined) },
    producer: { enqueue: async (job: ExecutionJob) => void enqueued.push(job) },
    lease: { hold: () => ({ id: LEASE, isHeld: () => true, letGo: () => undefined }) },
    running: { add: () => void calls.push(['running']), remove: () => undefined },
    ports,
    settings: LIMITS,
    logger: createLogger('test', 'silent'),
  } as unknown as ExecuteWorkflowParts;
  const workflow = new ExecuteWorkflow(parts);
  const run = (redelivered = false) => {
    const member = { executionId: execution.id, attempt: execution.attempt };
    return workflow.run(member, { redelivered, claimed: () => void calls.push(['claimed']) });
  };
  return { workflow, run, execution, calls, outcomes, enqueued, names: () => calls.map(([name]) => name) };
}

const ended = (key: string, result: Json): NodeRunRecord => ({
  id: `run-of-${key}`,
  nodeKey: key,
  type: 'script',
  status: 'resolved',
  input: {},
  result,
  error: null,
  log: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:01.000Z',
});

describe('ExecuteWorkflow', () => {
  it('runs what nobody ran before unclaimed, and ends it by one compare-and-set', async () => {
    const { run, outcomes, names } = workflowOver({});
    await run();
    expect(names()).toEqual(['load']);
    expect(outcomes).toMatchObject([
      { status: 'resolved', expected: { status: 'queued', attempt: 0, leaseId: null }, deleteWhenEnded: false },
    ]);
  });

  it.each([
    { what: 'handed out again', execution: {}, redelivered: true },
    { what: 'handed back or woken', execution: { attempt: 1 }, redelivered: false },
    { what: 'lost by a worker', execution: { lostWorkers: 1 }, redelivered: false },
  ])('claims what was $what before it runs, and says so', async ({ execution, redelivered }) => {
    const { run, calls, outcomes } = workflowOver({ execution });
    await run(redelivered);
    const attempt = execution.attempt ?? 0;
    expect(calls.slice(0, 4)).toEqual([['load'], ['claim', 'e', attempt, LEASE, null], ['running'], ['claimed']]);
    expect(outcomes).toMatchObject([{ expected: { status: 'started', attempt: attempt + 1, leaseId: LEASE } }]);
  });

  it('claims a run that takes a moment, and lets its job go, before it ends', async () => {
    const given = workflowOver({
      nodes: [script],
      script: () =>
        eventually(
          () => 1,
          () => given.names().includes('claimed'),
        ),
    });
    await given.run();
    expect(given.names()).toEqual(['load', 'claim', 'running', 'claimed']);
    expect(given.outcomes).toMatchObject([{ expected: { status: 'started', attempt: 1, leaseId: LEASE } }]);
  });

  it('does not run what another worker claimed', async () => {
    const { run, outcomes, names } = workflowOver({ execution: { attempt: 1 }, claim: false });
    await run();
    expect(names()).toEqual(['load', 'claim']);
    expect(outcomes).toEqual([]);
  });

  it.each([{ status: 'started' as const, leaseId: 4 }, { attempt: 2 }])(
    'does nothing for a job that is not for the execution as it stands (%j)',
    async (changes) => {
      const { workflow, execution, names } = workflowOver({});
      Object.assign(execution, changes);
      await workflow.run({ executionId: 'e', attempt: 0 }, { redelivered: false, claimed: () => undefined });
      expect(names()).toEqual([]);
    },
  );

  it('wakes the waiter of what has ended', async () => {
    const { run, calls } = workflowOver({ execution: { status: 'canceled', replyTo: 'gateway-a' } });
    await run();
    expect(calls).toEqual([['publish', 'gateway-a', 'e']]);
  });

  it('does not claim what this release cannot run: that would count as a lost worker', async () => {
    const given = {
      execution: { attempt: 1 },
      load: () => {
        throw new Error('unknown node');
      },
    };
    const { run, names } = workflowOver(given);
    await expect(run()).rejects.toThrow('unknown node');
    expect(names()).toEqual(['load']);
  });

  it('lets go of what it claimed when the run breaks', async () => {
    const request = { id: 'q', headers: {}, body: null } as unknown as RunnableExecution['request'];
    const { run, calls } = workflowOver({ execution: { lostWorkers: 1, request } });
    await expect(run()).rejects.toThrow();
    expect(calls.at(-1)).toEqual(['abandon', { executionId: 'e', attempt: 1, leaseId: LEASE }, 'fault']);
  });

  it('restores what earlier attempts committed instead of making it again', async () => {
    let scripts = 0;
    const copy = {
      key: 'copy',
      type: 'calculation',
      config: { engine: 'math.js', expression: '{{$jobsMapByNodeKey.script}} + 1' },
    };
    const { run, outcomes } = workflowOver({
      execution: { attempt: 2 },
      nodes: [script, copy],
      journal: [ended('script', 41)],
      script: async () => (scripts += 1),
    });
    await run();
    expect(scripts).toBe(0);
    expect(outcomes[0]!.nodeRuns).toMatchObject([{ nodeKey: 'copy', result: 42 }]);
  });

  it('sends a sync sender the reply that was stored, and only a wake-up when somebody else ended the execution', async () => {
    const given = { execution: { mode: 'sync' as const, replyTo: 'gateway-a' }, nodes: [answer] };
    const { run, calls, outcomes } = workflowOver(given);
    await run();
    expect(calls.at(-1)).toEqual(['publish', 'gateway-a', 'e', JSON.stringify(outcomes[0]!.reply)]);
    const late = workflowOver({ ...given, recorded: false });
    await late.run();
    expect(late.calls.at(-1)).toEqual(['publish', 'gateway-a', 'e']);
  });

  it('suspends under a claim, records no ending and wakes who started it by hand', async () => {
    const { run, outcomes, names } = workflowOver({ execution: { replyTo: 'admin-a' }, nodes: [sum, wait] });
    await run();
    expect(names()).toEqual(['load', 'claim', 'running', 'claimed', 'suspend', 'publish']);
    expect(outcomes).toEqual([]);
  });

  it('hands back between two nodes once it shall yield, and enqueues the attempt that is next', async () => {
    const given = workflowOver({
      execution: { dedupId: Buffer.alloc(32) },
      nodes: [script, sum],
      script: async () => {
        given.workflow.yieldAll();
        return 1;
      },
    });
    await given.run();
    const hold = { executionId: 'e', attempt: 1, leaseId: LEASE };
    expect(given.calls.find(([name]) => name === 'handBack')).toMatchObject([
      'handBack',
      hold,
      0,
      [{ nodeKey: 'script' }],
    ]);
    expect(given.enqueued).toEqual([{ executionId: 'e', attempt: 1, dedupId: null, urgent: false }]);
    expect(given.outcomes).toEqual([]);
    expect(given.names()).not.toContain('abandon');
  });

  it.each([
    { what: 'the limit of the workflow', expiresInMs: null },
    { what: 'what is left of it', expiresInMs: -1 },
  ])('ends a run as aborted when its time is over ($what)', async ({ expiresInMs }) => {
    const { run, outcomes } = workflowOver({
      execution: { expiresInMs },
      options: { timeout: expiresInMs === null ? 5 : 60_000 },
      nodes: [script],
      script: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(1))),
    });
    await run();
    expect(outcomes).toMatchObject([{ status: 'aborted', reason: 'timeout' }]);
  });

  it('starts the clock of the execution with its claim', async () => {
    const { run, calls } = workflowOver({ execution: { lostWorkers: 1 }, options: { timeout: 60_000 } });
    await run();
    expect(calls).toContainEqual(['claim', 'e', 0, LEASE, 60_000]);
  });

  it('has an execution deleted that ends as the workflow says', async () => {
    const { run, outcomes } = workflowOver({ options: { deleteExecutionOnStatus: ['resolved'] } });
    await run();
    expect(outcomes[0]!.deleteWhenEnded).toBe(true);
  });

  it('runs suspects one at a time, claimed in their turn, while others go on beside them', async () => {
    let running = 0;
    let most = 0;
    const given = {
      nodes: [script],
      script: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return 1;
      },
    };
    const suspects = workflowOver({ ...given, execution: { lostWorkers: 2 } });
    await Promise.all([suspects.run(), suspects.run(), suspects.run()]);
    expect([most, suspects.outcomes.length]).toEqual([1, 3]);
    const others = workflowOver({ ...given, execution: { lostWorkers: 1 } });
    await Promise.all([others.run(), others.run(), others.run()]);
    expect(most).toBe(3);
  });
});
