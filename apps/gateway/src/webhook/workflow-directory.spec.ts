import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '#shared';
import type { ActiveVersion } from '#storage';
import { WorkflowDirectory } from './workflow-directory.js';

const version = (key: string, versionId: number, trigger = {}): ActiveVersion => ({
  workflowId: versionId,
  workflowKey: key,
  versionId,
  version: 1,
  document: { key, trigger: { type: 'webhook', ...trigger }, nodes: [] },
});

function source() {
  const state = { epoch: 1, active: [version('a', 1)], secrets: new Map<string, string>(), away: false, loads: 0 };
  const present = <T>(value: () => T): Promise<T> =>
    state.away ? Promise.reject(new Error('away')) : Promise.resolve(value());
  const configuration = {
    readEpoch: () => present(() => state.epoch),
    loadActive: () => present(() => ((state.loads += 1), state.active)),
    loadVersion: (id: number) => present(() => (id === 9 ? version('old', 9) : null)),
    loadSecrets: () => present(() => state.secrets),
  };
  return { state, configuration };
}

let directory: WorkflowDirectory | null = null;
afterEach(() => directory?.stop());

async function started({ configuration }: ReturnType<typeof source>, environment = {}) {
  directory = new WorkflowDirectory({ configuration, pollMs: 5, environment, logger: createLogger('t', 'silent') });
  await directory.start();
  return directory;
}

describe('WorkflowDirectory', () => {
  it('does not start without a first load', async () => {
    const from = source();
    from.state.away = true;
    await expect(started(from)).rejects.toThrow('away');
  });

  it('loads again only when the epoch changed', async () => {
    const from = source();
    const found = await started(from);
    await sleep(30);
    expect(from.state.loads).toBe(1);
    Object.assign(from.state, { epoch: 2, active: [version('b', 2)] });
    await sleep(30);
    expect([found.findKey('a'), found.findKey('b')?.versionId]).toEqual([null, 2]);
  });

  it('keeps the last state while the database is away', async () => {
    const from = source();
    const found = await started(from);
    Object.assign(from.state, { away: true, epoch: 2, active: [] });
    await sleep(30);
    expect(found.findKey('a')).not.toBeNull();
    from.state.away = false;
    await sleep(30);
    expect(found.findKey('a')).toBeNull();
  });

  it('skips a document that does not compile on this release', async () => {
    const from = source();
    from.state.active.push({ ...version('new', 3), document: { key: 'new', trigger: { type: 'quantum' }, nodes: [] } });
    const found = await started(from);
    expect([found.findKey('new'), found.findKey('a')?.key]).toEqual([null, 'a']);
  });

  it('lets a key win over a path', async () => {
    const from = source();
    from.state.active = [version('a', 1), version('b', 2, { path: 'a' }), version('c', 3, { path: ':any/x' })];
    const found = await started(from);
    expect(found.find('a').map(({ key }) => key)).toEqual(['a']);
    expect(found.find('q/x').map(({ key }) => key)).toEqual(['c']);
    expect(found.find('q/x/y')).toEqual([]);
  });

  it('lets a secret win over a variable of the same name', async () => {
    const from = source();
    from.state.secrets.set('A', 'secret');
    const found = await started(from, { A: 'variable', B: 'b' });
    expect(found.env).toEqual({ A: 'secret', B: 'b' });
  });

  it('finds versions that are not current', async () => {
    const found = await started(source());
    expect((await found.version(9))?.key).toBe('old');
    expect(await found.version(10)).toBeNull();
  });
});
