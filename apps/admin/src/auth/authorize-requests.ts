import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Role } from '#storage';
import { ApiProblem } from '../http/api-problem.js';
import type { KeyRing, Principal } from './key-ring.js';
import { mayActAs } from './roles.js';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null;
  }
}

const PROTECTED = '/api/v1/';

/**
 * Checks key and role before a byte of the body is read, which a guard could not: Fastify has parsed the body by then.
 * A route under /api/v1 that is not in `roles` is denied.
 */
export function authorizeRequests(fastify: FastifyInstance, keys: KeyRing, roles: ReadonlyMap<string, Role>): void {
  fastify.decorateRequest('principal', null);
  fastify.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const route = request.routeOptions.url ?? '';
    if (!route.startsWith(PROTECTED)) return;
    request.principal = await keys.identify(request.headers.authorization);
    if (request.principal === null) {
      throw new ApiProblem('unauthorized', 'Send "Authorization: Bearer <key>" with a valid API key.', undefined, {
        'www-authenticate': 'Bearer realm="hookmill"',
      });
    }
    refuseWeaker(request, request.principal, roles.get(`${methodOf(request)} ${route}`));
  });
}

function methodOf(request: FastifyRequest): string {
  return request.method === 'HEAD' ? 'GET' : request.method;
}

function refuseWeaker(request: FastifyRequest, principal: Principal, needed: Role | undefined): void {
  if (needed !== undefined && mayActAs(principal.role, needed)) return;
  throw new ApiProblem(
    'forbidden',
    needed === undefined
      ? `Nobody was given the right to call ${request.method} here.`
      : `This needs the role ${needed}; the key has the role ${principal.role}.`,
  );
}
