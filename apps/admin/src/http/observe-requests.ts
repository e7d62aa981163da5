import type { FastifyInstance } from 'fastify';
import { attributes, type Logger } from '#shared';
import { ApiProblem } from './api-problem.js';
import type { DrainState } from './drain-state.js';
import { securityHeaders } from './security-headers.js';

/** Headers of every answer, one log line per request (health checks excepted), and 503 while the process drains. */
export function observeRequests(fastify: FastifyInstance, logger: Logger, drain: DrainState): void {
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, ...securityHeaders(request.url) });
    if (!drain.draining) return;
    reply.header('connection', 'close');
    if (isHealthCheck(request.url)) return;
    throw new ApiProblem('draining', 'Try again: another process answers.', undefined, { 'retry-after': '2' });
  });
  fastify.addHook('onResponse', async (request, reply) => {
    if (isHealthCheck(request.url)) return;
    logger.info(
      {
        [attributes.requestId]: request.id,
        [attributes.httpMethod]: request.method,
        [attributes.httpStatus]: reply.statusCode,
        route: request.routeOptions.url ?? null,
        caller: request.principal?.name ?? null,
        durationMs: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
}

function isHealthCheck(url: string): boolean {
  return url === '/healthz' || url === '/readyz';
}
