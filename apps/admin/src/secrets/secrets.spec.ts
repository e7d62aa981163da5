import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

describe('secrets', () => {
  let test: TestAdmin;
  beforeEach(async () => {
    test = await startTestAdmin();
  });
  afterEach(() => test.close());

  it('are write-only', async () => {
    const body = { value: 's3cret-value', notAfter: '2030-01-01T00:00:00Z' };
    const created = await test.call('PUT', '/api/v1/secrets/ORDER_PASSWORD', { body });
    const replaced = await test.call('PUT', '/api/v1/secrets/ORDER_PASSWORD', { body });
    const read = await test.call('GET', '/api/v1/secrets/ORDER_PASSWORD');
    const list = await test.call('GET', '/api/v1/secrets');
    expect([created.status, replaced.status, read.status, list.status]).toEqual([201, 200, 200, 200]);
    expect(test.storage.secretValues.get('ORDER_PASSWORD')).toBe('s3cret-value');
    for (const { text } of [created, replaced, read, list]) expect(text).not.toContain('s3cret');
    expect(read.json).toMatchObject({ name: 'ORDER_PASSWORD', notBefore: null, notAfter: '2030-01-01T00:00:00.000Z' });
  });

  it('are not echoed by refusals either', async () => {
    const answer = await test.call('PUT', '/api/v1/secrets/A', { body: { value: 's3cret', note: 's3cret-too' } });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('s3cret');
  });

  it.each([
    ['A', {}, '/value'],
    ['A', { value: '' }, '/value'],
    ['A', { value: 7 }, '/value'],
    ['A', { value: 'x', notBefore: 'soon' }, '/notBefore'],
    ['A', { value: 'x'.repeat(70_000) }, '/value'],
  ])('refuse %s %j', async (name, body, pointer) => {
    const answer = await test.call('PUT', `/api/v1/secrets/${name}`, { body });
    expect([answer.status, answer.json.faults[0].pointer]).toEqual([400, pointer]);
  });

  it.each(['a-b', '1A', 'a.b', '%7B%7B', 'x'.repeat(129)])('refuse the name %s', async (name) => {
    expect((await test.call('PUT', `/api/v1/secrets/${name}`, { body: { value: 'x' } })).status).toBe(400);
  });

  it('refuse a time of force that ends before it begins', async () => {
    const body = { value: 'x', notBefore: '2030-01-01T00:00:00Z', notAfter: '2029-01-01T00:00:00Z' };
    expect((await test.call('PUT', '/api/v1/secrets/A', { body })).status).toBe(400);
  });

  it('are deleted once', async () => {
    await test.call('PUT', '/api/v1/secrets/A', { body: { value: 'x' } });
    expect((await test.call('DELETE', '/api/v1/secrets/A')).status).toBe(204);
    expect((await test.call('DELETE', '/api/v1/secrets/A')).status).toBe(404);
    expect((await test.call('GET', '/api/v1/secrets/A')).status).toBe(404);
  });
});
