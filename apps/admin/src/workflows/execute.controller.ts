import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { isJsonObject, type Json } from '#shared';
import { ADMIN_STORAGE, EXECUTION_VIEWS, MANUAL_RUNS } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import type { ExecutionViews } from '../executions/execution-views.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, found } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import type { ManualRuns } from './manual-runs.js';

@ApiTags('workflows')
@Controller('api/v1/workflows/:key/execute')
export class ExecuteController {
  constructor(
    @Inject(ADMIN_STORAGE) private readonly storage: AdminStorage,
    @Inject(MANUAL_RUNS) private readonly runs: ManualRuns,
    @Inject(EXECUTION_VIEWS) private readonly views: ExecutionViews,
  ) {}

  @Post()
  @Summary('Run a workflow by hand')
  @HttpCode(200)
  @Requires('operator')
  @ApiBody({ required: false, schema: { type: 'object', properties: { context: { description: '$context' } } } })
  @Answers(200, 'ExecutionDetail', 'when it ended or suspended, or as it is after 30 s; also when the workflow is off')
  @Refuses([400, 'the body is no {"context": ...}'], [404, 'unknown or archived'])
  async execute(@Param('key') key: string, @Body() body: unknown) {
    const context = contextOf(body);
    const { workflow, version } = found(await this.storage.workflows.find(key), 'workflow', key);
    const id = await this.runs.run({ workflowId: workflow.id, versionId: version.id, input: context });
    return found(await this.views.detail(id), 'execution', id);
  }
}

function contextOf(body: unknown): Json {
  if (body === undefined || body === null) return {};
  const unknown = isJsonObject(body) ? Object.keys(body).filter((name) => name !== 'context') : null;
  if (unknown?.length === 0) return (body as { context?: Json }).context ?? {};
  throw new ApiProblem('invalid_request', 'Send {"context": ...} and nothing else.', [
    ...(unknown ?? []).map((name) => ({
      pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      code: 'unknown_property',
      message: `property ${name} should not exist`,
    })),
  ]);
}
