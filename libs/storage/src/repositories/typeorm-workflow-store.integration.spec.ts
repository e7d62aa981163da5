import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BadCursor } from '../connection/cursor.js';
import type { SaveResult, Storage, WorkflowToSave } from '../contract.js';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../testing/index.js';
import { PathConflict, segmentsOverlap } from './path-claims.js';

let database: TestDatabase;
let storage: Storage;

beforeAll(async () => {
  database = await createTestDatabase();
  storage = await openTestStorage(database.url);
});

afterAll(async () => {
  await storage?.close();
  await database?.drop();
});

function save(
  key: string,
  contentHash: string,
  changes: Partial<WorkflowToSave> = {},
  create = false,
): Promise<SaveResult> {
  const workflow: WorkflowToSave = {
    key,
    title: `Title ${contentHash}`,
    description: null,
    mode: 'async',
    enabled: undefined,
    document: { title: `Title ${contentHash}`, nodes: [] },
    contentHash,
    path: null,
    draft: false,
    ifMatch: null,
    ...changes,
  };
  return storage.workflows.save(workflow, { create, overlaps: segmentsOverlap });
}

const epochBeforeAndAfter = async (act: () => Promise<unknown>) => {
  const before = await storage.configuration.readEpoch();
  await act();
  return (await storage.configuration.readEpoch()) - before;
};

describe('saving a workflow', () => {
  it('creates it switched off, then stores a version for each new content', async () => {
    expect(await save('life', 'a', {}, true)).toMatchObject({
      kind: 'created',
      workflow: { key: 'life', enabled: false, currentVersion: 1 },
    });
    expect(await save('life', 'b', { enabled: true })).toMatchObject({
      kind: 'updated',
      workflow: { enabled: true, currentVersion: 2, title: 'Title b' },
    });
    expect(await save('life', 'c')).toMatchObject({ kind: 'updated', workflow: { enabled: true, currentVersion: 3 } });
    expect(await save('life', 'x', {}, true)).toEqual({ kind: 'key_taken' });
  });

  it('stores nothing for the same content, but turns a stated switch', async () => {
    await save('same', 'a');
    expect(await epochBeforeAndAfter(() => save('same', 'a'))).toBe(0);
    expect(await save('same', 'a', { enabled: true })).toMatchObject({
      kind: 'unchanged',
      workflow: { enabled: true, currentVersion: 1 },
    });
    expect((await storage.workflows.listVersions('same', 10, null))!.items).toHaveLength(1);
  });

  it('only stores a draft', async () => {
    await save('drafted', 'a', { enabled: true });
    expect(await save('drafted', 'b', { draft: true, enabled: false })).toMatchObject({
      kind: 'updated',
      workflow: { currentVersion: 1, enabled: true, title: 'Title a' },
      version: { number: 2 },
    });
    expect((await storage.workflows.find('drafted'))!.version.number).toBe(1);
    expect(await storage.workflows.enableVersion('drafted', 2)).toMatchObject({ currentVersion: 2, title: 'Title b' });
    expect(await storage.workflows.enableVersion('drafted', 9)).toBeNull();
  });

  it('refuses another mode and a stale ETag', async () => {
    await save('guarded', 'a');
    expect(await save('guarded', 'b', { mode: 'sync' })).toEqual({ kind: 'mode_differs' });
    expect(await save('guarded', 'b', { ifMatch: 'z' })).toEqual({ kind: 'stale' });
    expect(await save('nobody', 'b', { ifMatch: 'a' })).toEqual({ kind: 'stale' });
    expect(await save('guarded', 'b', { ifMatch: 'a' })).toMatchObject({ kind: 'updated' });
  });

  it('goes on with the numbers of a key that was archived', async () => {
    await save('phoenix', 'a', { enabled: true });
    expect(await storage.workflows.archive('phoenix')).toBe(true);
    expect(await storage.workflows.archive('phoenix')).toBe(false);
    expect(await storage.workflows.find('phoenix')).toBeNull();
    expect(await save('phoenix', 'a', { mode: 'sync' }, true)).toMatchObject({
      kind: 'created',
      workflow: { mode: 'sync', enabled: false, currentVersion: 2 },
    });
  });

  it('lets 10 writers of one key store 10 numbers', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => save('contended', `hash-${n}`)));
    const versions = await storage.workflows.listVersions('contended', 20, null);
    expect(versions!.items.map((version) => version.number)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });
});

describe('paths', () => {
  it('conflict with an overlapping path on a shared method, and with keys', async () => {
    await save('path-a', 'a', { path: { pattern: 'orders/:region', methods: ['POST'] } });
    const other = (pattern: string, methods: string[]) => save('path-b', 'b', { path: { pattern, methods } });
    expect(await other('orders/eu', ['GET', 'POST'])).toEqual({ kind: 'path_conflict', otherKey: 'path-a' });
    expect(await other('path-a', ['GET'])).toEqual({ kind: 'path_conflict', otherKey: 'path-a' });
    expect(await other('orders/eu', ['GET'])).toMatchObject({ kind: 'created' });
    await save('path-c', 'c', { path: { pattern: 'taken', methods: ['POST'] } });
    expect(await save('taken', 'd')).toEqual({ kind: 'path_conflict', otherKey: 'path-c' });
  });

  it('are free again once their version is not current, and cannot be taken back then', async () => {
    await save('mover', 'a', { path: { pattern: 'moving', methods: ['POST'] } });
    await save('mover', 'b');
    expect(await save('settler', 'a', { path: { pattern: 'moving', methods: ['POST'] } })).toMatchObject({
      kind: 'created',
    });
    await expect(storage.workflows.enableVersion('mover', 1)).rejects.toThrow(PathConflict);
    expect((await storage.workflows.find('mover'))!.workflow.currentVersion).toBe(2);
  });
});

describe('configuration', () => {
  it('shows enabled workflows only, and raises the epoch with every change', async () => {
    expect(await epochBeforeAndAfter(() => save('epoch', 'a', { enabled: true }))).toBeGreaterThan(0);
    const active = async () => (await storage.configuration.loadActive()).some((row) => row.workflowKey === 'epoch');
    expect(await active()).toBe(true);
    expect(await epochBeforeAndAfter(() => storage.workflows.setEnabled('epoch', false))).toBeGreaterThan(0);
    expect(await active()).toBe(false);
    expect(await epochBeforeAndAfter(() => storage.workflows.archive('epoch'))).toBeGreaterThan(0);
  });

  it('keeps a document to the letter', async () => {
    const document = { z: 'a\0\ud800', a: 1 };
    await save('letters', 'a', { document });
    const { version } = (await storage.workflows.find('letters'))!;
    const loaded = await storage.configuration.loadVersion(version.id);
    expect(JSON.stringify(loaded!.document)).toBe(JSON.stringify(document));
    expect(await storage.configuration.loadVersion(999_999)).toBeNull();
  });
});

describe('lists', () => {
  it('go page by page, newest first, and refuse a foreign cursor', async () => {
    for (const n of [1, 2, 3, 4, 5]) await save(`page-${n}`, 'a');
    const first = await storage.workflows.list(3, null);
    const second = await storage.workflows.list(2, first.nextCursor);
    expect([...first.items, ...second.items].map((row) => row.key)).toEqual([
      'page-5',
      'page-4',
      'page-3',
      'page-2',
      'page-1',
    ]);
    await expect(storage.workflows.list(3, 'nonsense!')).rejects.toThrow(BadCursor);
  });
});
