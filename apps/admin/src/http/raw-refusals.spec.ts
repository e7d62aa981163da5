import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';

describe('what never reaches a controller', () => {
  let test: TestAdmin;
  let url: string;
  beforeAll(async () => {
    test = await startTestAdmin();
    url = await test.admin.listen(0, '127.0.0.1');
  });
  afterAll(() => test.close());

  it.each([
    ['a URL that cannot be decoded', '/api/v1/workflows/%zz', 400, 'invalid_request'],
    ['a URL longer than node reads', `/api/v1/workflows?cursor=${'x'.repeat(20_000)}`, 431, 'headers_too_large'],
  ])('is refused with a problem document: %s', async (_what, path, status, code) => {
    const answer = await fetch(`${url}${path}`);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ status, code, detail: expect.stringMatching(/^The URL/) });
  });
});
