import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { BadCursor } from '../connection/cursor.js';
import type { Storage } from '../contract.js';
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

async function sql(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

describe('channels', () => {
  it('are stored sealed, replaced in place and raise the epoch', async () => {
    const before = await storage.configuration.readEpoch();
    const config = { url: 'https://hooks.example.com/t0ken', note: 'ü\0\ud800' };
    const made = await storage.channels.put({ name: 'ops', type: 'slack', config });
    expect(made).toMatchObject({ created: true, channel: { name: 'ops', type: 'slack', config } });
    const [row] = await sql('select * from channels');
    expect(JSON.stringify(Object.values(row!).map(String))).not.toContain('t0ken');
    const changed = await storage.channels.put({ name: 'ops', type: 'webhook', config: { url: 'https://a.b' } });
    expect(changed.created).toBe(false);
    expect(changed.channel.createdAt).toEqual(made.channel.createdAt);
    expect(await storage.channels.find('ops')).toEqual(changed.channel);
    expect(await storage.channels.list()).toEqual([changed.channel]);
    expect(await storage.configuration.readEpoch()).toBeGreaterThan(before);
    expect(await storage.channels.delete('ops')).toBe(true);
    expect(await storage.channels.delete('ops')).toBe(false);
    expect(await storage.channels.find('ops')).toBeNull();
  });

  it('do not open under another name, nor as a secret', async () => {
    await storage.channels.put({ name: 'low', type: 'slack', config: { url: 'https://a.b' } });
    await sql(`insert into channels (name, type, key_id, wrapped_key, ciphertext)
      select 'high', type, key_id, wrapped_key, ciphertext from channels where name = 'low'`);
    await expect(storage.channels.find('high')).rejects.toThrow();
    await sql(`insert into secrets (name, key_id, wrapped_key, ciphertext)
      select name, key_id, wrapped_key, ciphertext from channels where name = 'low'`);
    await expect(storage.configuration.loadSecrets()).rejects.toThrow();
    await sql('delete from secrets');
    await sql('delete from channels');
  });
});

describe('in-app notifications', () => {
  const key = { title: 'News', text: 'Tea is ready' };
  const list = (filter: { to?: string; unread?: boolean; limit?: number; cursor?: string | null } = {}) =>
    storage.notifications.list({ to: null, unread: false, limit: 50, cursor: null, ...filter });

  it('are one for each recipient and message, however often they are sent', async () => {
    const first = await storage.notifications.add({ messageKey: 'k1', to: ['ann', 'bob', 'ann'], ...key });
    const again = await storage.notifications.add({ messageKey: 'k1', to: ['cy', 'bob', 'ann'], ...key });
    expect(first).toHaveLength(2);
    expect(again.slice(1)).toEqual([first[1], first[0]]);
    const other = await storage.notifications.add({ messageKey: 'k2', to: ['ann'], title: null, text: 'a\0b\ud800' });
    expect(other[0]).not.toBe(first[0]);
    const { items } = await list({ to: 'ann' });
    expect(items).toMatchObject([
      { id: other[0], to: 'ann', title: null, text: 'a\uFFFDb\uFFFD', readAt: null },
      { id: first[0], to: 'ann', ...key, readAt: null },
    ]);
    expect(await storage.notifications.add({ messageKey: 'k3', to: [], ...key })).toEqual([]);
  });

  it('sent twice at the same time are still one', async () => {
    const sends = Array.from({ length: 8 }, () =>
      storage.notifications.add({ messageKey: 'race', to: ['dan'], ...key }),
    );
    const ids = await Promise.all(sends);
    expect(new Set(ids.flat()).size).toBe(1);
    expect((await list({ to: 'dan' })).items).toHaveLength(1);
  });

  it('are read once, and found unread or page by page', async () => {
    for (let count = 0; count < 3; count += 1) {
      await storage.notifications.add({ messageKey: `p${count}`, to: ['eve'], title: null, text: String(count) });
    }
    const page = await list({ to: 'eve', limit: 2 });
    expect(page.items.map(({ text }) => text)).toEqual(['2', '1']);
    const rest = await list({ to: 'eve', limit: 2, cursor: page.nextCursor });
    expect(rest).toMatchObject({ items: [{ text: '0' }], nextCursor: null });
    const id = page.items[0]!.id;
    const read = await storage.notifications.markRead(id);
    expect(read?.readAt).toBeInstanceOf(Date);
    expect(await storage.notifications.markRead(id)).toEqual(read);
    expect((await list({ to: 'eve', unread: true })).items.map(({ text }) => text)).toEqual(['1', '0']);
    expect(await storage.notifications.markRead('0197c0de-0000-7000-8000-000000000001')).toBeNull();
    expect(await storage.notifications.markRead('none')).toBeNull();
    await expect(list({ cursor: 'bad' })).rejects.toThrow(BadCursor);
  });
});
