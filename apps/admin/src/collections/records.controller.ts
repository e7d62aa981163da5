import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EngineError } from '#engine';
import { ADMIN_STORAGE, RECORD_DESK } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import type { Principal } from '../auth/key-ring.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { found, notFound } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import { TriggerQuery } from '../triggers/trigger-query.dto.js';
import type { RecordAction, RecordDesk } from './record-desk.js';
import { RecordQuery } from './record-query.dto.js';
import { readProblem } from './read-problem.js';

const INTERCEPTION_FAILED: [number, string] = [500, 'a workflow that has to agree first failed'];

const RecordBody = ApiBody({ required: true, schema: { $ref: '#/components/schemas/RecordValues' } });

@ApiTags('collections')
@Controller('api/v1/collections/:name/records')
export class RecordsController {
  constructor(
    @Inject(ADMIN_STORAGE) private readonly storage: AdminStorage,
    @Inject(RECORD_DESK) private readonly desk: RecordDesk,
  ) {}

  @Get()
  @Summary("List a collection's records")
  @Requires('viewer')
  @Answers(200, 'Records', 'that match the filter; newest first when nothing else is asked for')
  @Refuses([400, 'a query parameter is not valid'], [404, 'unknown collection'])
  async list(@Param('name') name: string, @Query() { filter = {}, sort = [], limit, cursor }: RecordQuery) {
    const { collections } = this.storage;
    try {
      return await collections.listRecords(name, { filter, sort, limit, cursor: cursor ?? null });
    } catch (error) {
      throw error instanceof EngineError ? readProblem(error, name, sort, await collections.find(name)) : error;
    }
  }

  @Post()
  @Summary('Create a record')
  @Requires('editor')
  @RecordBody
  @Answers(201, 'Record', 'as stored')
  @Answers(200, 'InterceptedCall', 'a workflow took it over: nothing was written')
  @Refuses(
    [400, 'the values are not valid, or a workflow refuses'],
    [404, 'unknown collection'],
    [409, 'a unique value is taken'],
    INTERCEPTION_FAILED,
  )
  async create(
    @Param('name') name: string,
    @Query() query: TriggerQuery,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const written = await this.desk.create(action(name, query, request), body);
    if (written.kind === 'intercepted') {
      void reply.status(200);
      return written.answer;
    }
    const { record } = written;
    void reply.header('location', `/api/v1/collections/${name}/records/${String(record.id)}`);
    return record;
  }

  @Get(':id')
  @Summary('Read a record')
  @Requires('viewer')
  @Answers(200, 'Record', 'as stored')
  @Refuses([404, 'unknown collection or record'])
  async read(@Param('name') name: string, @Param('id') id: string) {
    try {
      return found(await this.storage.collections.findRecord(name, id), 'record', id);
    } catch (error) {
      throw error instanceof EngineError ? notFound('collection', name) : error;
    }
  }

  @Patch(':id')
  @Summary('Change fields of a record')
  @Requires('editor')
  @RecordBody
  @Answers(200, 'Record', 'as stored, fields not sent are as before; or what a workflow says that took it over')
  @Refuses(
    [400, 'the values are not valid, or a workflow refuses'],
    [404, 'unknown collection or record'],
    [409, 'a unique value is taken'],
    INTERCEPTION_FAILED,
  )
  async update(
    @Param('name') name: string,
    @Param('id') id: string,
    @Query() query: TriggerQuery,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ) {
    const written = await this.desk.update(action(name, query, request), id, body);
    return written.kind === 'stored' ? written.record : written.answer;
  }

  @Delete(':id')
  @Summary('Delete a record')
  @Requires('editor')
  @Answers(204, null, 'deleted')
  @Answers(200, 'InterceptedCall', 'a workflow took it over: nothing was deleted')
  @Refuses([400, 'a workflow refuses'], [404, 'unknown collection or record'], INTERCEPTION_FAILED)
  async delete(
    @Param('name') name: string,
    @Param('id') id: string,
    @Query() query: TriggerQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.desk.destroy(action(name, query, request), id);
    void reply.status(answer === null ? 204 : 200);
    return answer ?? undefined;
  }
}

function action(collection: string, { triggerWorkflows }: TriggerQuery, request: FastifyRequest): RecordAction {
  // Who calls was found out before the body was read; without it the request would not have come here.
  return { collection, caller: request.principal as Principal, workflows: triggerWorkflows };
}
