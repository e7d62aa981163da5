import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { fakeData } from '../testing/fake-data.js';
import { runNode } from '../testing/run-node.js';
import { compileWorkflow } from './compile-workflow.js';
import { sqlNode } from './sql.node.js';

const failure = (code: string) => new EngineError(code, `It failed: ${code}.`);

async function run(config: JsonObject, ...answers: (Json | Error)[]) {
  const data = fakeData(...answers);
  const running = runNode(sqlNode, { config, context: { data: { id: "1' or '1'='1" } }, ports: { data } });
  const outcome = await running.catch((error: unknown) => error);
  return { outcome, asked: data.asked };
}

describe('sql', () => {
  it('binds variables by name, as values', async () => {
    const sql = 'select * from t where a = :id and b = :other';
    const variables = [{ name: 'id', value: '{{$context.data.id}}' }, { name: 'other' }] as Json;
    const { outcome, asked } = await run({ sql, variables }, [{ a: 1 }]);
    expect(outcome).toEqual({ kind: 'done', result: [{ a: 1 }] });
    expect(asked).toMatchObject([{ sql, variables: { id: "1' or '1'='1", other: null } }]);
  });

  it('does nothing without a statement', async () => {
    expect(await run({ sql: ' \n' })).toEqual({ outcome: { kind: 'done', result: null }, asked: [] });
  });

  it('hands on what the database says', async () => {
    expect((await run({ sql: 'selec 1' }, failure('sql_failed'))).outcome).toMatchObject({ code: 'sql_failed' });
  });

  it.each(['sql_not_sent', 'sql_conflict'])('tries again after %s', async (code) => {
    const config = { sql: 'select 1', retry: { attempts: 3, backoff: 0 } };
    const { outcome, asked } = await run(config, failure(code), failure(code), [{ a: 1 }]);
    expect([outcome, asked.length]).toEqual([{ kind: 'done', result: [{ a: 1 }] }, 3]);
  });

  it('gives up after the last try, and after a failure that stays', async () => {
    const config = { sql: 'select 1', retry: { attempts: 2, backoff: 0 } };
    expect((await run(config, failure('sql_conflict'))).asked).toHaveLength(2);
    expect((await run(config, failure('sql_failed'))).asked).toHaveLength(1);
    expect((await run({ sql: 'select 1' }, failure('sql_conflict'))).asked).toHaveLength(1);
  });

  it.each(['sql_interrupted', 'sql_timeout'])('tries again after %s only when it is repeatable', async (code) => {
    const config = { sql: 'select 1', retry: { attempts: 2, backoff: 0 } };
    expect((await run(config, failure(code))).asked).toHaveLength(1);
    expect((await run({ ...config, repeatable: true }, failure(code))).asked).toHaveLength(2);
  });

  it('does not try again once it is stopped', async () => {
    const stop = new AbortController();
    const data = fakeData(failure('sql_conflict'));
    const config = { sql: 'select 1', retry: { attempts: 2, backoff: 60_000 } };
    const running = runNode(sqlNode, { config, ports: { data }, signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'sql_conflict' });
    expect(data.asked).toHaveLength(1);
  });

  it('is repeated after a lost worker only when it says so', () => {
    expect(sqlNode.isRepeatable?.({ sql: 'select 1' })).toBe(false);
    expect(sqlNode.isRepeatable?.({ sql: 'select 1', repeatable: true })).toBe(true);
  });

  it.each<[JsonObject, string]>([
    [{ sql: "select '{{$context.data.id}}'" }, '/sql invalid'],
    [{ sql: 'x', variables: [{ name: 'a' }, { name: 'a' }] }, '/variables/1/name duplicate'],
    [{ sql: 'x', variables: [{ name: 'a-b' }] }, '/variables/0/name invalid'],
    [{ sql: 'x', variables: { a: 1 } }, '/variables wrong_type'],
  ])('refuses %j', (config, fault) => {
    const compiled = compileWorkflow({ trigger: { type: 'webhook', mode: 'async' }, nodes: [{ type: 'sql', config }] });
    const faults = compiled.ok ? [] : compiled.faults;
    expect(faults.map(({ pointer, code }) => `${pointer.replace('/nodes/0/config', '')} ${code}`)).toEqual([fault]);
  });

  it('takes the braces of an array literal', () => {
    const nodes = [{ type: 'sql', config: { sql: "select '{{1,2},{3,4}}'::int[]" } }];
    expect(compileWorkflow({ trigger: { type: 'webhook', mode: 'async' }, nodes }).ok).toBe(true);
  });
});
