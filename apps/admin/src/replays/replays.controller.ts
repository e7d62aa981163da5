import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isUuid } from '#shared';
import { ADMIN_STORAGE, EXECUTION_VIEWS, REPLAY_DESK } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import type { ExecutionViews } from '../executions/execution-views.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { PageQuery } from '../http/page-query.dto.js';
import { Summary } from '../http/summary.decorator.js';
import { CreateReplay } from './create-replay.dto.js';
import { readSelection } from './read-selection.js';
import type { ReplayDesk } from './replay-desk.js';
import { replayDetail, replayRecord } from './replay-view.js';

/** As long as what senders of webhooks use. */
const KEY_LENGTH = 255;

@ApiTags('replays')
@Controller('api/v1')
export class ReplaysController {
  constructor(
    @Inject(ADMIN_STORAGE) private readonly storage: AdminStorage,
    @Inject(EXECUTION_VIEWS) private readonly views: ExecutionViews,
    @Inject(REPLAY_DESK) private readonly desk: ReplayDesk,
  ) {}

  @Post('requests/:id/replay')
  @Summary('Run one request again with the current version')
  @Requires('operator')
  @Answers(201, 'ExecutionDetail', 'the new execution, queued')
  @Refuses(
    [404, 'unknown'],
    [409, 'it never passed verification, the current version does not take it, or the workflow is archived'],
  )
  async replay(@Param('id') id: string, @Req() request: FastifyRequest) {
    if (!isUuid(id)) throw notFound('request', id);
    const execution = await this.desk.replayOne(id, nameOf(request));
    return found(await this.views.detail(execution), 'execution', execution);
  }

  @Post('replays')
  @Summary('Run many requests again, or retry many executions')
  @Requires('operator')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'sent again, it answers the same replay' })
  @Answers(200, 'ReplayCount', 'of a dry run; the replay that the Idempotency-Key made before is 200 too')
  @Answers(201, 'Replay', 'queued for the workers')
  @Refuses(
    [400, 'the body is not valid, or its filter has no bounds'],
    [404, 'the workflow is unknown'],
    [409, 'the workflow is switched off or runs nothing, or the Idempotency-Key made another replay'],
  )
  async create(
    @Body() body: CreateReplay,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('idempotency-key') key?: string,
  ) {
    const selection = readSelection(body);
    if (body.dryRun) {
      void reply.status(200);
      return { count: await this.desk.count(selection) };
    }
    const asked = { rate: body.rate ?? undefined, createdBy: nameOf(request), idempotencyKey: readKey(key) };
    const { replay, isNew } = await this.desk.create(selection, asked);
    void reply.status(isNew ? 201 : 200);
    return replayRecord(replay);
  }

  @Get('replays')
  @Summary('List replays')
  @Requires('viewer')
  @Answers(200, 'Replays', 'newest first')
  @Refuses([400, 'a query parameter is not valid'])
  async list(@Query() { limit, cursor }: PageQuery) {
    const page = await this.storage.replays.list(limit, cursor ?? null);
    return { items: page.items.map(replayRecord), nextCursor: page.nextCursor };
  }

  @Get('replays/:id')
  @Summary('Read how far a replay got')
  @Requires('viewer')
  @Answers(200, 'ReplayDetail', 'with why members started nothing')
  @Refuses([404, 'unknown'])
  async read(@Param('id') id: string) {
    return this.detail(id);
  }

  @Post('replays/:id/cancel')
  @Summary('Cancel a replay')
  @HttpCode(200)
  @Requires('operator')
  @Answers(200, 'ReplayDetail', 'canceled: it starts nothing more, what it started goes on')
  @Refuses([404, 'unknown'], [409, 'it has ended'])
  async cancel(@Param('id') id: string) {
    const result = isUuid(id) ? await this.storage.replays.cancel(id) : 'unknown';
    if (result === 'unknown') throw notFound('replay', id);
    if (result === 'ended') {
      throw new ApiProblem('replay_ended', 'It has ended: cancel the executions it started one by one.');
    }
    return this.detail(id);
  }

  private async detail(id: string) {
    return replayDetail(found(isUuid(id) ? await this.storage.replays.find(id) : null, 'replay', id));
  }
}

/** Routes under /api/v1 always have a principal. */
function nameOf({ principal }: FastifyRequest): string {
  return principal?.name ?? '';
}

function readKey(header: string | undefined): string | null {
  if (header === undefined || header === '') return null;
  if (header.length <= KEY_LENGTH) return header;
  throw new ApiProblem('invalid_request', `The Idempotency-Key may have ${KEY_LENGTH} characters at most.`);
}
