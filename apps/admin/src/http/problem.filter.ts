import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_CONTENT_TYPE, problemBody, type Logger } from '#shared';
import { BadCursor, PathConflict, RejectedRow, StorageUnavailable } from '#storage';
import { ApiProblem } from './api-problem.js';
import { problems } from './problems.js';

/** Every error answer of the management API, in one shape. What nobody expected is logged and told to nobody. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(error);
    if (problem.code === 'internal') this.logger.error({ err: error, requestId: request.id }, 'unexpected error');
    if (error instanceof RejectedRow) this.logger.warn({ err: error, requestId: request.id }, 'a row was refused');
    void reply
      .status(problem.status)
      .headers(problem.headers)
      .header('content-type', PROBLEM_CONTENT_TYPE)
      .send(
        JSON.stringify({
          ...problemBody({
            title: problems[problem.code].title,
            status: problem.status,
            code: problem.code,
            detail: problem.message,
            requestId: request.id,
          }),
          ...(problem.faults ? { faults: problem.faults } : {}),
          ...problem.members,
        }),
      );
  }
}

/** The refusal behind an error of ours, of storage, of Nest or of Fastify. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return storageProblem(error) ?? httpProblem(error);
}

function storageProblem(error: unknown): ApiProblem | null {
  if (error instanceof BadCursor) {
    return new ApiProblem('bad_cursor', 'Use a nextCursor of an earlier answer, unchanged, or none.');
  }
  if (error instanceof StorageUnavailable) {
    return new ApiProblem('unavailable', 'Try again in a moment.', undefined, { 'retry-after': '2' });
  }
  if (error instanceof PathConflict) {
    return new ApiProblem('path_conflict', `The path overlaps that of "${error.otherKey}" on a method.`);
  }
  if (error instanceof RejectedRow) {
    return new ApiProblem('invalid_request', 'The database refuses a value; text must not hold NUL characters.');
  }
  return null;
}

function httpProblem(error: unknown): ApiProblem {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown })?.statusCode;
  switch (status) {
    case 404:
      return new ApiProblem('not_found', 'Nothing answers at this URL; see /api/docs.');
    case 413:
      return new ApiProblem('body_too_large', 'Send at most 2 MB.');
    case 415:
      return new ApiProblem('unsupported_media_type', 'Send application/json, or application/yaml for a workflow.');
    case 400:
      return new ApiProblem('malformed_body', `The request cannot be read: ${(error as Error).message}`);
    default:
      return new ApiProblem('internal', 'The error was logged with this request id.');
  }
}
