import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { RejectedRow, type Storage } from '../contract.js';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../testing/index.js';

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

const put = (name: string, value: string, times: { notBefore?: Date; notAfter?: Date } = {}) =>
  storage.secrets.put({ name, value, notBefore: times.notBefore ?? null, notAfter: times.notAfter ?? null });

async function sql(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

describe('secrets', () => {
  it('are stored sealed, replaced in place and raise the epoch', async () => {
    const before = await storage.configuration.readEpoch();
    const made = await put('TOKEN', 'first');
    const changed = await put('TOKEN', 'second\0');
    expect(changed.createdAt).toEqual(made.createdAt);
    expect(changed.updatedAt.getTime()).toBeGreaterThanOrEqual(made.updatedAt.getTime());
    expect((await storage.configuration.loadSecrets()).get('TOKEN')).toBe('second\0');
    expect(await storage.configuration.readEpoch()).toBeGreaterThan(before);
    const [row] = await sql(`select * from secrets where name = 'TOKEN'`);
    expect((row!['ciphertext'] as Buffer).includes('second')).toBe(false);
    expect(await storage.secrets.list()).toMatchObject([{ name: 'TOKEN' }]);
    expect(await storage.secrets.delete('TOKEN')).toBe(true);
    expect(await storage.secrets.find('TOKEN')).toBeNull();
  });

  it('are in force between their times only, whose passing raises the epoch', async () => {
    const soon = new Date(Date.now() + 300);
    await put('FUTURE', 'x', { notBefore: soon });
    await put('PAST', 'x', { notAfter: new Date(Date.now() - 1000) });
    const before = await storage.configuration.readEpoch();
    expect([...(await storage.configuration.loadSecrets()).keys()]).toEqual([]);
    await sleep(600);
    expect(await storage.configuration.readEpoch()).toBeGreaterThan(before);
    expect([...(await storage.configuration.loadSecrets()).keys()]).toEqual(['FUTURE']);
  });

  it('are put once by many who found none, and never over one that is there, in force or not', async () => {
    const values = Array.from({ length: 8 }, (_, at) => `value ${at}`);
    const taken = await Promise.all(values.map((value) => storage.secrets.putIfAbsent('DELIVERED', value)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    const kept = (await storage.configuration.loadSecrets()).get('DELIVERED');
    expect(kept).toBe(values[taken.indexOf(true)]);
    await put('OVER', 'x', { notAfter: new Date(Date.now() - 1000) });
    const before = await storage.configuration.readEpoch();
    expect(await storage.secrets.putIfAbsent('OVER', 'y')).toBe(false);
    expect(await storage.secrets.putIfAbsent('DELIVERED', 'y')).toBe(false);
    expect(await storage.configuration.readEpoch()).toBe(before);
    for (const name of ['DELIVERED', 'OVER']) await storage.secrets.delete(name);
  });

  it('put where there was none raise the epoch', async () => {
    const before = await storage.configuration.readEpoch();
    expect(await storage.secrets.putIfAbsent('FRESH', 'x')).toBe(true);
    expect(await storage.configuration.readEpoch()).toBeGreaterThan(before);
    await storage.secrets.delete('FRESH');
  });

  it('do not open under another name', async () => {
    await put('LOW', 'harmless');
    await sql(`insert into secrets (name, key_id, wrapped_key, ciphertext)
      select 'HIGH', key_id, wrapped_key, ciphertext from secrets where name = 'LOW'`);
    await expect(storage.configuration.loadSecrets()).rejects.toThrow();
    await storage.secrets.delete('HIGH');
    await expect(storage.configuration.loadSecrets()).resolves.toBeInstanceOf(Map);
  });
});

describe('API keys', () => {
  it('are found by the key, of which only the hash is stored', async () => {
    const key = 'hm_0123456789abcdefghijklmnop';
    const made = await storage.apiKeys.create({ name: 'ci', role: 'operator', key });
    expect(made).toMatchObject({ name: 'ci', role: 'operator', prefix: 'hm_01234', lastUsedAt: null });
    expect(await storage.apiKeys.findByKey(key)).toMatchObject({ id: made.id });
    expect(await storage.apiKeys.findByKey(`${key}x`)).toBeNull();
    expect((await storage.apiKeys.list())[0]!.lastUsedAt).toBeInstanceOf(Date);
    expect(JSON.stringify(await sql('select * from api_keys'))).not.toContain(key);
    await expect(storage.apiKeys.create({ name: 'twin', role: 'viewer', key })).rejects.toThrow(RejectedRow);
    expect(await storage.apiKeys.delete(made.id)).toBe(true);
    expect(await storage.apiKeys.findByKey(key)).toBeNull();
  });
});
