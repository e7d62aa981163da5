import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestStorage } from '#storage/testing';
import { seededRandom } from '../support/seeded-random.js';
import { startBreakableHookmill } from './breakable-hookmill.js';
import type { BreakableHookmill } from './breakable-hookmill.js';
import { startEffectWitness } from './effect-witness.js';
import type { EffectWitness } from './effect-witness.js';
import { inflict } from './inflict.js';
import { startLoad } from './load.js';
import { readHistory } from './read-history.js';
import { untilNothingIsOpen } from './until-nothing-is-open.js';
import { Verdict } from './verdict.js';
import { verifyAnswers } from './verify-answers.js';
import { verifyEndings } from './verify-endings.js';
import { verifyExecutions } from './verify-executions.js';
import { WORKLOADS } from './workloads.js';

const FROZEN = 10_000;
/** A lease that is due for renewal when the database freezes must outlive the frost: a third of it is gone then. */
const TIMES = {
  LEASE_TTL: '20s',
  DATABASE_STATEMENT_TIMEOUT: '14s',
  HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
  LOG_LEVEL: 'error',
};
const NO_WAITS = WORKLOADS.filter(({ waitsMs }) => waitsMs === 0);

describe('a database that freezes for ten seconds under load', () => {
  let installation: BreakableHookmill;
  let witness: EffectWitness;

  beforeAll(async () => {
    witness = await startEffectWitness(seededRandom(1));
    installation = await startBreakableHookmill({ gateways: 2, workers: 2, env: TIMES });
    const documents = NO_WAITS.map(({ document }) => document(witness.url));
    for (const document of documents.slice(1))
      await installation.hookmill.api('PUT', `/workflows/${String(document['key'])}`, document);
    await installation.hookmill.apply(documents[0]!);
  }, 90_000);
  afterAll(async () => {
    witness?.close();
    await installation?.stop();
  }, 60_000);

  it('costs no worker an execution: all end by themselves, none is recovered or doubled', async () => {
    const { hookmill } = installation;
    const from = new Date();
    const random = seededRandom(2);
    const load = startLoad({
      gatewayUrls: hookmill.gatewayUrls,
      rate: 30,
      random,
      firstNumber: 1,
      workloads: NO_WAITS,
    });
    await sleep(2_000);
    const fault = await inflict(installation, { kind: 'pause-postgres', at: 0, lasts: FROZEN, which: 0 });
    await sleep(2_000);
    await load.stop();
    await untilNothingIsOpen(hookmill, 60_000);
    const verdict = new Verdict();
    verifyAnswers(load.requests, [fault], verdict);
    const matched = verifyExecutions(load.requests, await readHistory(hookmill, from), verdict);
    // No fault is held to explain an ending: none may be retry_needed or error.
    verifyEndings(matched, witness, [], verdict);
    expect([...verdict.violations, ...installation.defects]).toEqual([]);
    expect(matched.length).toBeGreaterThan(0);
    expect(await recovered(matched.map(({ execution }) => execution.id))).toEqual([]);
  }, 120_000);

  /** Executions that a worker was taken to have lost. */
  async function recovered(ids: readonly string[]): Promise<string[]> {
    const storage = await openTestStorage(installation.postgres.url);
    try {
      const rows = await Promise.all(ids.map((id) => storage.executions.loadRunnable(id)));
      return rows.flatMap((row) => (row && row.lostWorkers === 0 && row.attempt <= 1 ? [] : [String(row?.id)]));
    } finally {
      await storage.close();
    }
  }
});
