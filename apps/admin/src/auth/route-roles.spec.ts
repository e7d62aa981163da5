import { describe, expect, it } from '@jest/globals';
import { routeRoles } from './route-roles.js';

describe('the roles of routes', () => {
  it('are read from the document, in the spelling of the router', () => {
    const paths = { '/api/v1/a/{id}/b/{n}': { get: { 'x-required-role': 'viewer' }, parameters: [] } };
    expect([...routeRoles({ paths })]).toEqual([['GET /api/v1/a/:id/b/:n', 'viewer']]);
  });

  it.each([[undefined], ['root'], [7]])('stop the boot when a route declares %p', (role) => {
    const paths = { '/api/v1/a': { delete: { 'x-required-role': role } } };
    expect(() => routeRoles({ paths })).toThrow('DELETE /api/v1/a declares no role');
  });
});
