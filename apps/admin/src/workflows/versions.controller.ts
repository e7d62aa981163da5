import { Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ADMIN_STORAGE, PUBLIC_URL } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { found, notFound } from '../http/api-problem.js';
import { PageQuery } from '../http/page-query.dto.js';
import { Summary } from '../http/summary.decorator.js';
import { entityTag } from './entity-tag.js';
import { versionView, workflowView } from './workflow-view.js';

const MAX_NUMBER = 2 ** 31 - 1;

@ApiTags('workflows')
@Controller('api/v1/workflows/:key/versions')
export class VersionsController {
  constructor(
    @Inject(ADMIN_STORAGE) private readonly storage: AdminStorage,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  @Get()
  @Summary("List a workflow's versions")
  @Requires('viewer')
  @Answers(200, 'Versions', 'newest first')
  @Refuses([400, 'a query parameter is not valid'], [404, 'unknown or archived'])
  async list(@Param('key') key: string, @Query() { limit, cursor }: PageQuery) {
    const { workflow } = found(await this.storage.workflows.find(key), 'workflow', key);
    const page = found(await this.storage.workflows.listVersions(key, limit, cursor ?? null), 'workflow', key);
    return {
      items: page.items.map((item) => versionView(item, workflow.currentVersion)),
      nextCursor: page.nextCursor,
    };
  }

  @Get(':number')
  @Summary('Read one version')
  @Requires('viewer')
  @Answers(200, 'VersionDetail', 'one version with its document')
  @Refuses([404, 'unknown'])
  async read(
    @Param('key') key: string,
    @Param('number') text: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { workflow } = found(await this.storage.workflows.find(key), 'workflow', key);
    const version = found(await this.storage.workflows.findVersion(key, versionNumber(text)), 'version', text);
    void reply.header('etag', entityTag(version.contentHash));
    return { ...versionView(version, workflow.currentVersion), document: version.document };
  }

  @Post(':number/enable')
  @Summary('Make a version the current one')
  @HttpCode(200)
  @Requires('editor')
  @Answers(200, 'Workflow', 'this version answers from now on, and the workflow is on')
  @Refuses([404, 'unknown'], [409, 'its path overlaps another one'])
  async enable(@Param('key') key: string, @Param('number') text: string) {
    const record = await this.storage.workflows.enableVersion(key, versionNumber(text));
    return workflowView(found(record, 'version', text), this.publicUrl);
  }
}

function versionNumber(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text) || Number(text) > MAX_NUMBER) throw notFound('version', text);
  return Number(text);
}
