import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { newId, type Logger } from '#shared';
import { Refusal } from '../webhook/refusal.js';
import type { OnRefused } from './answer-client-error.js';

/** Everything outside the webhook path that fails, as `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Pick<Logger, 'error'>,
    private readonly onRefused: OnRefused,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const requestId = newId();
    const refusal = this.refusalOf(error, requestId);
    this.onRefused(refusal);
    const { status, headers, body } = refusal.toReply(requestId);
    void reply
      .status(status)
      .headers({ ...headers, 'x-request-id': requestId })
      .send(Buffer.from(body));
  }

  private refusalOf(error: unknown, requestId: string): Refusal {
    if (error instanceof Refusal) return error;
    const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number }).statusCode;
    if (status === 404) return new Refusal('not_found');
    if (status !== undefined && status < 500) return new Refusal('malformed_request', { why: String(error) });
    this.logger.error({ err: error, requestId }, 'request_failed');
    return new Refusal('internal_error');
  }
}
