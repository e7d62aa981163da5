import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { isUuid } from '#shared';
import { ADMIN_STORAGE, REQUEST_DIAGNOSES } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import { DiagnoseQuery } from './diagnose-query.dto.js';
import { RawQuery } from './raw-query.dto.js';
import type { RequestDiagnoses } from './request-diagnoses.js';
import { RequestQuery } from './request-query.dto.js';
import { readFilter, readScan } from './request-search.js';
import { requestRecord, requestView } from './request-view.js';

@ApiTags('requests')
@Controller('api/v1/requests')
export class RequestsController {
  constructor(
    @Inject(ADMIN_STORAGE) private readonly storage: AdminStorage,
    @Inject(REQUEST_DIAGNOSES) private readonly diagnoses: RequestDiagnoses,
  ) {}

  @Get()
  @Summary('List requests')
  @Requires('viewer')
  @Answers(200, 'Requests', 'accepted and refused ones, newest first')
  @Refuses([400, 'a query parameter is not valid, or a search in headers or bodies has no range of time'])
  async list(@Query() query: RequestQuery) {
    const { history } = this.storage;
    const scan = readScan(query);
    if (scan === null) {
      const page = await history.listRequests(readFilter(query));
      return { items: page.items.map(requestRecord), nextCursor: page.nextCursor };
    }
    const { items, nextCursor, scanned } = await history.scanRequests(scan);
    return { items: items.map(requestRecord), nextCursor, scanned };
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
  @ApiResponse({ status: 200, description: 'the exact bytes of the body, or what was parsed' })
  @Refuses([400, 'content is neither true nor false'], [404, 'unknown, or its body was never read'])
  async raw(@Param('id') id: string, @Query() query: RawQuery, @Res() reply: FastifyReply) {
    const { body, content } = await this.find(id);
    const bytes = query.content === 'true' ? (content?.body ?? body) : body;
    if (bytes === null) throw new ApiProblem('not_found', 'The body of this request was never read.');
    return reply
      .header('content-type', 'application/octet-stream')
      .header('content-disposition', `attachment; filename="${id}.bin"`)
      .send(bytes);
  }

  @Post(':id/diagnose')
  @Summary('Tell why a request was refused')
  @HttpCode(200)
  @Requires('editor')
  @Answers(200, 'Diagnosis', 'what each auth entry says of it, as of its receipt, with the secrets there are now')
  @Refuses(
    [400, 'the version is no number'],
    [404, 'unknown, or its workflow or the version is'],
    [409, 'it reached no workflow, or the version answers no webhook'],
  )
  async diagnose(@Param('id') id: string, @Query() { version }: DiagnoseQuery) {
    if (!isUuid(id)) throw notFound('request', id);
    return this.diagnoses.diagnose(id, version);
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
