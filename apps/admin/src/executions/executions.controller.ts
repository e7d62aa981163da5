import { Controller, Delete, Get, HttpCode, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { isUuid } from '#shared';
import { ADMIN_STORAGE, EXECUTION_VIEWS } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import { ExecutionQuery } from './execution-query.dto.js';
import { executionRecord, type ExecutionViews } from './execution-views.js';

@ApiTags('executions')
@Controller('api/v1/executions')
export class ExecutionsController {
  constructor(
    @Inject(ADMIN_STORAGE) private readonly storage: AdminStorage,
    @Inject(EXECUTION_VIEWS) private readonly views: ExecutionViews,
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
