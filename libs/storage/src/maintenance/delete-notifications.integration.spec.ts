import { idFloor } from '#shared';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Storage } from '../contract.js';
import { createTestDatabase, openTestStorage, type TestDatabase } from '../testing/index.js';

const DAY_MS = 86_400_000;

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

it('in-app notifications leave with the retention of the instance, in batches', async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const past = (days: number, place: number) => {
    const floor = idFloor(new Date(Date.now() - days * DAY_MS));
    return `${floor.slice(0, -1)}${place}`;
  };
  for (const [place, days] of [40, 31, 31, 29].entries()) {
    await client.query(`insert into notifications (id, message_key, recipient, body) values ($1, $2, 'ann', $2)`, [
      past(days, place),
      `${days} days, ${place}`,
    ]);
  }
  await client.end();
  await storage.notifications.add({ messageKey: 'new', to: ['ann'], title: null, text: 'new' });
  const options = { retentionMs: 30 * DAY_MS, batch: 2, signal: new AbortController().signal };
  expect(await storage.maintenance.prune(options)).toMatchObject({ rows: 3 });
  const { items } = await storage.notifications.list({ to: 'ann', unread: false, limit: 9, cursor: null });
  expect(items.map(({ text }) => text)).toEqual(['new', '29 days, 3']);
});
