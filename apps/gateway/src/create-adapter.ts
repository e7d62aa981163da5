import type { Server } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from './gateway.config.js';
import { answerClientError } from './http/answer-client-error.js';
import { Refusal } from './webhook/refusal.js';
import { newId } from '#shared';

/** Added to what we allow, so that node's own limit is met only by what no honest sender sends. Bytes. */
const HEADER_SLACK = 16 * 1024;
/** Milliseconds between two looks for slow connections; node's default of 30 s would treble our time limits. */
const CONNECTION_CHECK = 1_000;

/** Fastify under Nest with our limits: node must let everything through that our own gates shall answer. */
export function createAdapter(config: Pick<GatewayConfig, 'headerLimits' | 'requestTimeouts'>): FastifyAdapter {
  const { headerLimits, requestTimeouts } = config;
  const adapter = new FastifyAdapter({
    http: {
      maxHeaderSize: headerLimits.bytes + headerLimits.url + HEADER_SLACK,
      headersTimeout: requestTimeouts.headers,
      requestTimeout: requestTimeouts.request,
      connectionsCheckingInterval: CONNECTION_CHECK,
    },
    requestTimeout: requestTimeouts.request,
    keepAliveTimeout: requestTimeouts.idle,
    exposeHeadRoutes: false,
    skipMiddie: true,
    clientErrorHandler: answerClientError,
    frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply) => answerBadUrl(reply),
  });
  const fastify = adapter.getInstance();
  // No route outside the webhook path takes a body; what comes to an unknown URL is thrown away and answered 404.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  const server = fastify.server as Server;
  // Node would silently drop headers beyond 2,000; zero lifts that, the byte limit bounds their number.
  server.maxHeadersCount = 0;
  // Whether the body is wanted is decided at its gate, not before the first one.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  return adapter;
}

/** A URL that cannot be decoded is the URL of nothing. */
function answerBadUrl(reply: FastifyReply): void {
  const requestId = newId();
  const { status, headers, body } = new Refusal('unknown_webhook').toReply(requestId);
  void reply
    .status(status)
    .headers({ ...headers, 'x-request-id': requestId })
    .send(Buffer.from(body));
}
