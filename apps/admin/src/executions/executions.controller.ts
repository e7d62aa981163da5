import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { isUuid } from '#shared';
import { ADMIN_STORAGE, EXECUTION_DESK, EXECUTION_VIEWS } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import type { ExecutionDesk } from './execution-desk.js';
import { ExecutionQuery } from './execution-query.dto.js';
import { executionRecord, type ExecutionViews } from './execution-views.js';
import { FROM_START, RetryExecution } from './retry-execution.dto.js';

@ApiTags('executions')
@Controller('api/v1/executions')
export class ExecutionsController {
  constructor(
    @Inject(ADMIN_STORAGE) private readonly storage: AdminStorage,
    @Inject(EXECUTION_VIEWS) private readonly views: ExecutionViews,
    @Inject(EXECUTION_DESK) private readonly desk: ExecutionDesk,
  ) {}

  @Get()
  @Summary('List executions')
  @Requires('viewer')
  @Answers(200, 'Executions', 'newest first')
  @Refuses([400, 'a query parameter is not valid'])
  async list(@Query() query: ExecutionQuery) {
    const page = await this.storage.history.listExecutions({ ...query, cursor: query.cursor ?? null });
    return { items: page.items.map(executionRecord), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @Summary('Read an execution with its node runs')
  @Requires('viewer')
  @Answers(200, 'ExecutionDetail', 'with trigger context, node runs, reply and output')
  @Refuses([404, 'unknown'])
  async read(@Param('id') id: string) {
    return found(isUuid(id) ? await this.views.detail(id) : null, 'execution', id);
  }

  @Post(':id/cancel')
  @Summary('Cancel an execution')
  @HttpCode(200)
  @Requires('operator')
  @Answers(200, 'ExecutionDetail', 'canceled: a worker that runs it stops within about a second')
  @Refuses([404, 'unknown'], [409, 'it has ended'])
  async cancel(@Param('id') id: string) {
    if (!isUuid(id)) throw notFound('execution', id);
    await this.desk.cancel(id);
    return found(await this.views.detail(id), 'execution', id);
  }

  @Post(':id/retry')
  @Summary('Run again what an execution ran on')
  @Requires('operator')
  @Answers(201, 'ExecutionDetail', 'the new execution, queued')
  @Refuses(
    [400, 'the body is not valid, or the node is not in the version or was never visited'],
    [404, 'unknown'],
    [409, 'it has not ended, its request was deleted, or its workflow archived'],
  )
  async retry(@Param('id') id: string, @Body() body: RetryExecution) {
    if (!isUuid(id)) throw notFound('execution', id);
    const retry = await this.desk.retry(id, { from: body.from ?? FROM_START, version: body.version ?? 'same' });
    return found(await this.views.detail(retry), 'execution', retry);
  }

  @Delete(':id')
  @Summary('Delete an execution that ended')
  @HttpCode(204)
  @Requires('editor')
  @Answers(204, null, 'deleted with its node runs')
  @Refuses([404, 'unknown'], [409, 'it has not ended'])
  async delete(@Param('id') id: string): Promise<void> {
    const result = isUuid(id) ? await this.storage.history.deleteExecution(id) : 'unknown';
    if (result === 'unknown') throw notFound('execution', id);
    if (result === 'open') throw new ApiProblem('execution_open', 'Only an execution that ended can be deleted.');
  }
}
