import { Controller, Delete, Get, HttpCode, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { isUuid } from '#shared';
import { ADMIN_STORAGE } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import { RequestQuery } from './request-query.dto.js';
import { requestRecord, requestView } from './request-view.js';

@ApiTags('requests')
@Controller('api/v1/requests')
export class RequestsController {
  constructor(@Inject(ADMIN_STORAGE) private readonly storage: AdminStorage) {}

  @Get()
  @Summary('List requests')
  @Requires('viewer')
  @Answers(200, 'Requests', 'accepted and refused ones, newest first')
  @Refuses([400, 'a query parameter is not valid'])
  async list(@Query() query: RequestQuery) {
    const page = await this.storage.history.listRequests({ ...query, cursor: query.cursor ?? null });
    return { items: page.items.map(requestRecord), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @Summary('Read a request with headers and body')
  @Requires('viewer')
  @Answers(200, 'RequestDetail', 'with headers (credentials masked) and body')
  @Refuses([404, 'unknown'])
  async read(@Param('id') id: string) {
    return requestView(await this.find(id));
  }

  @Get(':id/raw')
  @Summary("Download a request's body")
  @Requires('viewer')
  @ApiProduces('application/octet-stream')
  @ApiResponse({ status: 200, description: 'the exact bytes of the body' })
  @Refuses([404, 'unknown, or its body was never read'])
  async raw(@Param('id') id: string, @Res() reply: FastifyReply) {
    const { body } = await this.find(id);
    if (body === null) throw new ApiProblem('not_found', 'The body of this request was never read.');
    return reply
      .header('content-type', 'application/octet-stream')
      .header('content-disposition', `attachment; filename="${id}.bin"`)
      .send(body);
  }

  @Delete(':id')
  @Summary('Delete a request')
  @HttpCode(204)
  @Requires('editor')
  @Answers(204, null, 'deleted')
  @Refuses([404, 'unknown'], [409, 'an execution that needs it has not ended'])
  async delete(@Param('id') id: string): Promise<void> {
    const result = isUuid(id) ? await this.storage.history.deleteRequest(id) : 'unknown';
    if (result === 'unknown') throw notFound('request', id);
    if (result === 'open')
      throw new ApiProblem('execution_open', 'An execution that has not ended needs this request.');
  }

  private async find(id: string) {
    return found(isUuid(id) ? await this.storage.history.findRequest(id) : null, 'request', id);
  }
}
