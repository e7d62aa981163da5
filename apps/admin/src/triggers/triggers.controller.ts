import { Body, Controller, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isEnding } from '#engine';
import { isJsonObject, type Json } from '#shared';
import { TRIGGER_DESK } from '../admin-tokens.js';
import type { Principal } from '../auth/key-ring.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem } from '../http/api-problem.js';
import { jsonBody } from '../http/json-body.js';
import { Summary } from '../http/summary.decorator.js';
import { StartApproval } from './start-approval.dto.js';
import type { TriggerDesk } from './trigger-desk.js';
import { TriggerQuery, TriggerRecordsQuery } from './trigger-query.dto.js';
import type { TriggeredRun } from './trigger-runs.js';

const NOT_STARTED: [number, string] = [404, 'unknown record, or no switched-on workflow that takes this call'];
const FAILED: [number, string] = [500, 'a sync workflow failed, which the answer names'];

@ApiTags('triggers')
@Controller('api/v1')
export class TriggersController {
  constructor(@Inject(TRIGGER_DESK) private readonly desk: TriggerDesk) {}

  @Post('workflows/:key/trigger')
  @Summary('Start a custom action without records')
  @Requires('operator')
  @ApiBody({ required: false, schema: { type: 'object', properties: { data: { description: '$context.data' } } } })
  @Answers(200, 'TriggeredRuns', 'of a sync workflow that ended')
  @Answers(202, 'TriggeredRuns', 'of an async workflow, or one that goes on')
  @Refuses([400, 'the body is no {"data": ...}, or an end node refuses'], NOT_STARTED, FAILED)
  async plain(
    @Param('key') key: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const called = { kind: 'none' as const, data: dataOf(body) };
    return answer(await this.desk.trigger([key], called, callerOf(request)), reply);
  }

  @Post('collections/:name/records/:id/trigger')
  @Summary('Start custom actions for one record')
  @Requires('operator')
  @Answers(200, 'TriggeredRuns', 'of sync workflows that ended')
  @Answers(202, 'TriggeredRuns', 'when at least one goes on')
  @Refuses([400, 'no workflow is named, or an end node refuses'], NOT_STARTED, FAILED)
  async single(
    @Param('name') collection: string,
    @Param('id') id: string,
    @Query() { triggerWorkflows }: TriggerQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const called = { kind: 'single' as const, collection, id };
    return answer(await this.desk.trigger(triggerWorkflows, called, callerOf(request)), reply);
  }

  @Post('collections/:name/records/trigger')
  @Summary('Start custom actions for several records')
  @Requires('operator')
  @Answers(200, 'TriggeredRuns', 'of sync workflows that ended')
  @Answers(202, 'TriggeredRuns', 'when at least one goes on')
  @Refuses([400, 'no workflow or no record is named, or an end node refuses'], NOT_STARTED, FAILED)
  async multiple(
    @Param('name') collection: string,
    @Query() { triggerWorkflows, ids }: TriggerRecordsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (ids.length === 0) throw missing('ids', 'Name the records: ?ids=1,2.');
    const called = { kind: 'multiple' as const, collection, ids };
    return answer(await this.desk.trigger(triggerWorkflows, called, callerOf(request)), reply);
  }

  @Post('collections/:name/records/:id/approvals')
  @Summary('Submit a record for approval')
  @HttpCode(202)
  @Requires('operator')
  @Answers(202, 'TriggeredRun', 'started')
  @Refuses([400, 'the body is not valid'], NOT_STARTED)
  async submit(
    @Param('name') collection: string,
    @Param('id') id: string,
    @Body() body: StartApproval,
    @Req() request: FastifyRequest,
  ) {
    return runView(await this.desk.submit(body, { collection, id }, callerOf(request)));
  }
}

function callerOf(request: FastifyRequest): Principal {
  // Who calls was found out before the body was read; without it the request would not have come here.
  return request.principal as Principal;
}

function answer(runs: readonly TriggeredRun[], reply: FastifyReply) {
  void reply.status(runs.every(({ status }) => isEnding(status)) ? 200 : 202);
  return { items: runs.map(runView) };
}

function runView({ workflowKey, executionId, status, messages, output }: TriggeredRun) {
  return { workflowKey, executionId, status, messages, output };
}

function dataOf(body: unknown): Json {
  const given = jsonBody(body) ?? {};
  if (isJsonObject(given) && Object.keys(given).every((name) => name === 'data')) return given.data ?? null;
  throw new ApiProblem('invalid_request', 'Send {"data": ...} and nothing else.');
}

function missing(name: string, message: string): ApiProblem {
  return new ApiProblem('invalid_request', message, [{ pointer: `/${name}`, code: 'missing', message }]);
}
