import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

describe('in-app notifications', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin();
  });
  afterEach(() => test.close());

  const add = (to: string[], text: string) =>
    test.storage.notifications.add({ messageKey: text, to, title: 'News', text });
  const texts = async (query: string) =>
    (await test.call('GET', `/api/v1/notifications?${query}`)).json.items.map((row: { text: string }) => row.text);

  it('are listed for one person, newest first, and page by page', async () => {
    await add(['ann', 'bob'], 'one');
    await add(['ann'], 'two');
    expect(await texts('to=ann')).toEqual(['two', 'one']);
    expect(await texts('to=bob')).toEqual(['one']);
    expect(await texts('to=nobody')).toEqual([]);
    const page = (await test.call('GET', '/api/v1/notifications?to=ann&limit=1')).json;
    expect(page.items).toMatchObject([{ to: 'ann', title: 'News', text: 'two', readAt: null }]);
    expect(await texts(`to=ann&limit=1&cursor=${page.nextCursor}`)).toEqual(['one']);
  });

  it('are marked as read, and then no longer unread', async () => {
    const [id] = await add(['ann'], 'one');
    const first = await test.call('POST', `/api/v1/notifications/${id}/read`, { as: 'operator' });
    expect([first.status, first.json.readAt]).toEqual([200, expect.any(String)]);
    const again = await test.call('POST', `/api/v1/notifications/${id}/read`);
    expect(again.json.readAt).toBe(first.json.readAt);
    expect(await texts('to=ann&unread=true')).toEqual([]);
    expect(await texts('to=ann')).toEqual(['one']);
    expect((await test.call('POST', '/api/v1/notifications/none/read')).status).toBe(404);
  });

  it.each(['unread=maybe', 'to=a&to=b', 'cursor=bad', 'limit=x'])('refuse %s', async (query) => {
    expect((await test.call('GET', `/api/v1/notifications?${query}`)).status).toBe(400);
  });
});
