import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '#storage';
import { startTestAdmin, type TestAdmin } from '../testing/start-test-admin.js';
import { ROLES } from './roles.js';

/** Contract.md 11, by hand: what is not here must not exist. */
const MATRIX: Record<string, Role> = {
  'GET /api/v1/workflows': 'viewer',
  'POST /api/v1/workflows': 'editor',
  'POST /api/v1/workflows/validate': 'viewer',
  'GET /api/v1/workflows/{key}': 'viewer',
  'PUT /api/v1/workflows/{key}': 'editor',
  'DELETE /api/v1/workflows/{key}': 'editor',
  'POST /api/v1/workflows/{key}/enable': 'editor',
  'POST /api/v1/workflows/{key}/disable': 'editor',
  'GET /api/v1/workflows/{key}/versions': 'viewer',
  'GET /api/v1/workflows/{key}/versions/{number}': 'viewer',
  'POST /api/v1/workflows/{key}/versions/{number}/enable': 'editor',
  'POST /api/v1/workflows/{key}/execute': 'operator',
  'POST /api/v1/workflows/{key}/trigger': 'operator',
  'GET /api/v1/executions': 'viewer',
  'GET /api/v1/executions/{id}': 'viewer',
  'POST /api/v1/executions/{id}/cancel': 'operator',
  'POST /api/v1/executions/{id}/retry': 'operator',
  'DELETE /api/v1/executions/{id}': 'editor',
  'GET /api/v1/requests': 'viewer',
  'GET /api/v1/requests/refusals': 'viewer',
  'GET /api/v1/requests/{id}': 'viewer',
  'POST /api/v1/requests/{id}/diagnose': 'editor',
  'GET /api/v1/requests/{id}/raw': 'viewer',
  'DELETE /api/v1/requests/{id}': 'editor',
  'POST /api/v1/requests/{id}/replay': 'operator',
  'POST /api/v1/replays': 'operator',
  'GET /api/v1/replays': 'viewer',
  'GET /api/v1/replays/{id}': 'viewer',
  'POST /api/v1/replays/{id}/cancel': 'operator',
  'GET /api/v1/tasks': 'viewer',
  'GET /api/v1/tasks/{id}': 'viewer',
  'POST /api/v1/tasks/{id}/submit': 'operator',
  'POST /api/v1/tasks/{id}/read': 'operator',
  'GET /api/v1/secrets': 'viewer',
  'GET /api/v1/secrets/{name}': 'viewer',
  'PUT /api/v1/secrets/{name}': 'editor',
  'DELETE /api/v1/secrets/{name}': 'editor',
  'GET /api/v1/channels': 'viewer',
  'GET /api/v1/channels/{name}': 'viewer',
  'PUT /api/v1/channels/{name}': 'editor',
  'DELETE /api/v1/channels/{name}': 'editor',
  'GET /api/v1/notifications': 'viewer',
  'POST /api/v1/notifications/{id}/read': 'operator',
  'GET /api/v1/collections': 'viewer',
  'GET /api/v1/collections/{name}': 'viewer',
  'PUT /api/v1/collections/{name}': 'editor',
  'DELETE /api/v1/collections/{name}': 'editor',
  'GET /api/v1/collections/{name}/records': 'viewer',
  'POST /api/v1/collections/{name}/records': 'editor',
  'GET /api/v1/collections/{name}/records/{id}': 'viewer',
  'PATCH /api/v1/collections/{name}/records/{id}': 'editor',
  'DELETE /api/v1/collections/{name}/records/{id}': 'editor',
  'POST /api/v1/collections/{name}/records/trigger': 'operator',
  'POST /api/v1/collections/{name}/records/{id}/trigger': 'operator',
  'POST /api/v1/collections/{name}/records/{id}/approvals': 'operator',
  'GET /api/v1/api-keys': 'admin',
  'POST /api/v1/api-keys': 'admin',
  'DELETE /api/v1/api-keys/{id}': 'admin',
  'GET /api/v1/nodes': 'viewer',
  'POST /api/v1/nodes/{type}/test': 'editor',
  'GET /api/v1/triggers': 'viewer',
  'GET /api/v1/providers': 'viewer',
  'GET /api/v1/channel-types': 'viewer',
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

describe('who may call what', () => {
  let test: TestAdmin;
  let documented: string[];

  beforeAll(async () => {
    test = await startTestAdmin();
    const document = (await test.call('GET', '/api/openapi.json', { as: null })).json as {
      paths: Record<string, object>;
    };
    documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      METHODS.filter((method) => method in operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
  });
  afterAll(() => test.close());

  it('covers exactly the documented routes', () => {
    expect(documented.sort()).toEqual(Object.keys(MATRIX).sort());
  });

  describe.each(Object.entries(MATRIX))('%s', (route, needed) => {
    const [method = '', path = ''] = route.split(' ');
    const url = path.replaceAll(/\{[^}]+\}/g, 'none');
    // A body that no route takes: the right is decided before anybody looks at it.
    const body = '{ not json';
    const headers = { 'content-type': 'application/json' };
    const withBody = ['POST', 'PUT', 'PATCH'].includes(method) ? { body, headers } : {};

    it('answers 401 without a key', async () => {
      const answer = await test.call(method, url, { as: null, ...withBody });
      expect(answer.status).toBe(401);
      expect(answer.json.code).toBe('unauthorized');
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    });

    it.each(ROLES.map((role) => [role, ROLES.indexOf(role) >= ROLES.indexOf(needed)] as const))(
      'as %s is allowed: %s',
      async (role, allowed) => {
        const { status, json } = await test.call(method, url, { as: role, ...withBody });
        if (!allowed) {
          expect(status).toBe(403);
          expect(json.detail).toContain(needed);
        } else {
          expect([200, 400, 404]).toContain(status);
        }
      },
    );
  });

  it('refuses an unknown key, another scheme and a key in the wrong place', async () => {
    const tries = ['Bearer unknown', 'Basic Ym9vdDpib290', 'Bearer ', 'Bearer a b', ''];
    for (const authorization of tries) {
      const answer = await test.call('GET', '/api/v1/workflows', { as: null, headers: { authorization } });
      expect([authorization, answer.status]).toEqual([authorization, 401]);
    }
  });

  it('answers 404 for unknown URLs under the prefix', async () => {
    const answer = await test.call('GET', '/api/v1/nothing', { as: null });
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('checks HEAD like GET', async () => {
    expect((await test.call('HEAD', '/api/v1/api-keys', { as: 'viewer' })).status).not.toBe(200);
    expect((await test.call('HEAD', '/api/v1/workflows', { as: null })).status).not.toBe(200);
  });
});
