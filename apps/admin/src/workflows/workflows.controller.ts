import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ADMIN_STORAGE, PUBLIC_URL, WORKFLOW_DESK } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { PageQuery } from '../http/page-query.dto.js';
import { Summary } from '../http/summary.decorator.js';
import { ApplyQuery } from './apply-query.dto.js';
import { DocumentBody } from './document-body.decorator.js';
import { entityTag, parseIfMatch } from './entity-tag.js';
import type { SavedWorkflow, WorkflowDesk } from './workflow-desk.js';
import { documentView, workflowView } from './workflow-view.js';

@ApiTags('workflows')
@Controller('api/v1/workflows')
export class WorkflowsController {
  constructor(
    @Inject(ADMIN_STORAGE) private readonly storage: AdminStorage,
    @Inject(WORKFLOW_DESK) private readonly desk: WorkflowDesk,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  @Get()
  @Summary('List workflows')
  @Requires('viewer')
  @Answers(200, 'Workflows', 'newest first')
  @Refuses([400, 'a query parameter is not valid'])
  async list(@Query() { limit, cursor }: PageQuery) {
    const page = await this.storage.workflows.list(limit, cursor ?? null);
    return { items: page.items.map((item) => workflowView(item, this.publicUrl)), nextCursor: page.nextCursor };
  }

  @Post()
  @Summary('Create a workflow from its document')
  @Requires('editor')
  @DocumentBody()
  @Answers(201, 'SavedWorkflow', 'created')
  @Refuses([400, 'the document has faults'], [409, 'the key is in use, or the path overlaps another one'])
  async create(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const saved = await this.desk.create(body);
    void reply.header('location', `/api/v1/workflows/${saved.workflow.key}`);
    return this.answer(saved, reply);
  }

  @Post('validate')
  @Summary('Check a workflow document without storing it')
  @HttpCode(200)
  @Requires('viewer')
  @DocumentBody()
  @Answers(200, 'Validation', 'every fault, with its JSON pointer; nothing is stored')
  @Refuses([400, 'the body cannot be read'])
  validate(@Body() body: unknown) {
    const faults = this.desk.validate(body);
    return { valid: faults.length === 0, faults };
  }

  @Get(':key')
  @Summary("Read a workflow's document")
  @Requires('viewer')
  @Answers(200, 'Document', 'the document of the current, else the newest version; its ETag')
  @Refuses([404, 'unknown or archived'])
  async read(@Param('key') key: string, @Res({ passthrough: true }) reply: FastifyReply) {
    const { workflow, version } = found(await this.storage.workflows.find(key), 'workflow', key);
    void reply.header('etag', entityTag(version.contentHash));
    return documentView(workflow, version);
  }

  @Put(':key')
  @Summary('Create a workflow, or give it a new version')
  @Requires('editor')
  @DocumentBody()
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag that was read; another one is refused' })
  @Answers(200, 'SavedWorkflow', 'updated, or unchanged')
  @Answers(201, 'SavedWorkflow', 'created')
  @Refuses([400, 'the document has faults'], [409, 'another mode, or a path overlaps'], [412, 'If-Match differs'])
  async apply(
    @Param('key') key: string,
    @Query() { draft }: ApplyQuery,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const saved = await this.desk.apply(key, body, { draft, ifMatch: parseIfMatch(ifMatch) });
    void reply.status(saved.kind === 'created' ? 201 : 200);
    return this.answer(saved, reply);
  }

  @Delete(':key')
  @Summary('Archive a workflow')
  @HttpCode(204)
  @Requires('editor')
  @Answers(204, null, 'archived: the URL answers 404, the history stays')
  @Refuses([404, 'unknown or archived'])
  async archive(@Param('key') key: string): Promise<void> {
    if (!(await this.storage.workflows.archive(key))) throw notFound('workflow', key);
  }

  @Post(':key/enable')
  @Summary('Switch a workflow on')
  @HttpCode(200)
  @Requires('editor')
  @Answers(200, 'Workflow', 'switched on')
  @Refuses([404, 'unknown or archived'], [409, 'there are only drafts'])
  async enable(@Param('key') key: string) {
    const { workflow } = found(await this.storage.workflows.find(key), 'workflow', key);
    if (workflow.currentVersion === null) {
      throw new ApiProblem('no_current_version', 'Make a version current with versions/<number>/enable.');
    }
    return this.switch(key, true);
  }

  @Post(':key/disable')
  @Summary('Switch a workflow off')
  @HttpCode(200)
  @Requires('editor')
  @Answers(200, 'Workflow', 'switched off: the URL answers 404')
  @Refuses([404, 'unknown or archived'])
  async disable(@Param('key') key: string) {
    return this.switch(key, false);
  }

  private async switch(key: string, enabled: boolean) {
    const record = found(await this.storage.workflows.setEnabled(key, enabled), 'workflow', key);
    return workflowView(record, this.publicUrl);
  }

  private answer({ kind, workflow, version }: SavedWorkflow, reply: FastifyReply) {
    void reply.header('etag', entityTag(version.contentHash));
    return { ...workflowView(workflow, this.publicUrl), version: version.number, change: kind };
  }
}
