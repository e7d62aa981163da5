import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_CONTENT_TYPE, problemBody } from '#shared';
import { problems } from './problems.js';

/** Answers a URL that cannot be decoded; Fastify meets it before Nest and its filters do. */
export function answerBadUrl({ id: requestId }: FastifyRequest, reply: FastifyReply): void {
  const { status, title } = problems.invalid_request;
  const detail = 'The URL is not valid: write "%" as %25, and other characters as %XX of their UTF-8 bytes.';
  const body = problemBody({ title, status, code: 'invalid_request', detail, requestId });
  void reply.status(status).header('content-type', PROBLEM_CONTENT_TYPE).send(JSON.stringify(body));
}
