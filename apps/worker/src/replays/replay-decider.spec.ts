import { compileWorkflow, type CompiledWorkflow, type StoredRequest } from '#engine';
import { joinHeaders, newId, type HeaderList, type JsonObject } from '#shared';
import type { ReplayableRequest } from '#storage';
import { describe, expect, it } from '@jest/globals';
import { createReplayDecider } from './replay-decider.js';

function compiled(trigger: JsonObject): CompiledWorkflow {
  const result = compileWorkflow({ key: 'orders', trigger, nodes: [] });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.workflow;
}

function candidate(body: string, changes: Partial<StoredRequest> = {}): ReplayableRequest {
  const rawHeaders: HeaderList = [['Content-Type', 'application/json']];
  const request: StoredRequest = {
    ...{ id: newId(), receivedAt: new Date(), method: 'POST', url: '/x?a=1', ip: '192.0.2.1', rawHeaders },
    ...{ headers: joinHeaders(rawHeaders), body: Buffer.from(body), content: null, deliveryId: null },
    ...changes,
  };
  return { request, workflowId: 1, workflowKey: 'orders', mode: 'async', enabled: true, versionId: 7 };
}

const LIMITS = {
  jsonDepth: 5,
  jsonKeys: 100,
  multipartParts: 5,
  multipartField: 1_000,
  multipartFile: 1_000,
  xmlBytes: 1_000,
};

function deciderOf(workflow: CompiledWorkflow, values: Record<string, string> = {}) {
  const unknown = async () => null;
  return createReplayDecider({
    versions: { load: async () => workflow },
    environment: { valuesFor: () => ({ values, secretNames: new Set() }) },
    limits: LIMITS,
    sources: {
      history: { findExecution: unknown },
      executions: { loadJournal: async () => ({ runs: [], nextSeq: 0 }) },
      configuration: { loadVersion: unknown },
      workflows: { find: unknown },
    },
  });
}

const schema = { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } };
const filter = { engine: 'math.js', expression: '{{$context.data.amount}} > {{$env.LEAST}}' };
const decider = deciderOf(compiled({ type: 'webhook', validate: schema, filter } as JsonObject), { LEAST: '5' });

describe('what becomes of a request in a replay', () => {
  it.each([
    ['{"amount":6}', { outcome: 'started' }],
    ['{"amount":5}', { outcome: 'filtered', reason: 'filter' }],
    ['{"amount":"6"}', { outcome: 'refused', reason: 'invalid_body' }],
    ['{"__proto__":{"amount":6}}', { outcome: 'refused', reason: 'invalid_body' }],
    ['{"amount":', { outcome: 'refused', reason: 'malformed_body' }],
    ['[[[[[[[6]]]]]]]', { outcome: 'refused', reason: 'body_too_complex' }],
    ['', { outcome: 'refused', reason: 'invalid_body' }],
  ])('with the body %j', async (body, verdict) => {
    expect(await decider.screen(candidate(body))).toEqual(verdict);
  });

  it('is decided by what was parsed, where that is not the body itself', async () => {
    const content = { body: Buffer.from('{"amount":6}'), contentType: 'application/json' };
    expect(await decider.screen(candidate('sealed', { content }))).toEqual({ outcome: 'started' });
  });

  it('is refused when the filter cannot be evaluated', async () => {
    const broken = compiled({ type: 'webhook', filter: { engine: 'math.js', expression: 'sqrt({{$context.data}})' } });
    const verdict = await deciderOf(broken).screen(candidate('{"a":1}'));
    expect(verdict).toEqual({ outcome: 'refused', reason: 'filter_failed' });
  });

  it('is skipped without a version, and when the workflow is none that requests start', async () => {
    const gone = { ...candidate('{}'), versionId: null };
    expect(await decider.screen(gone)).toEqual({ outcome: 'skipped', reason: 'no_version' });
    const manual = deciderOf(compiled({ type: 'manual' }));
    expect(await manual.screen(candidate('{}'))).toEqual({ outcome: 'skipped', reason: 'not_webhook' });
  });

  it('is not decided by a release that cannot compile the version', async () => {
    const versions = { load: () => Promise.reject(new Error('unknown node')) };
    const parts = { versions, environment: { valuesFor: () => ({ values: {}, secretNames: new Set<string>() }) } };
    const unable = createReplayDecider({ ...parts, limits: LIMITS, sources: {} as never });
    await expect(unable.screen(candidate('{}'))).rejects.toThrow('unknown node');
  });

  it('an execution that is gone has no plan', async () => {
    expect(await decider.plan(newId(), 'a', 'same')).toEqual({ kind: 'unknown' });
  });
});
