import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { isJsonObject, type JsonObject } from '#shared';
import type { NodeTestOutcome } from '#storage';
import { NODE_TEST_DESK } from '../admin-tokens.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, type ProblemFault } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import type { NodeTestDesk, NodeTestRequest } from './node-test-desk.js';

const BODY = {
  type: 'object',
  required: ['config'],
  additionalProperties: false,
  properties: {
    config: { type: 'object', description: 'As in a document; templates are rendered.' },
    context: { description: '$context, or the parts of it that matter' },
    results: { type: 'object', description: '$jobsMapByNodeKey: results of nodes before it, by key' },
  },
};

@ApiTags('catalogue')
@Controller('api/v1/nodes/:type/test')
export class NodeTestsController {
  constructor(@Inject(NODE_TEST_DESK) private readonly desk: NodeTestDesk) {}

  @Post()
  @Summary('Try one node on a worker, with real effects')
  @HttpCode(200)
  @Requires('editor')
  @ApiBody({ schema: BODY })
  @Answers(200, 'NodeTest', 'how the node ended, also when it failed')
  @Refuses(
    [400, 'the node cannot be tested by itself, or its config has faults'],
    [404, 'no such node type'],
    [503, 'the queue is away: nothing was run'],
    [504, 'no worker answered in time'],
  )
  async test(@Param('type') type: string, @Body() body: unknown) {
    return toView(await this.desk.run(requestOf(type, body)));
  }
}

function requestOf(type: string, body: unknown): NodeTestRequest {
  const given: JsonObject = isJsonObject(body) ? body : {};
  const { config, context = {}, results = {}, ...rest } = given;
  const faults: ProblemFault[] = Object.keys(rest).map((name) => ({
    pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    code: 'unknown_property',
    message: `property ${name} should not exist`,
  }));
  if (!isJsonObject(config)) faults.push({ pointer: '/config', code: 'wrong_type', message: 'write an object' });
  if (!isJsonObject(results)) faults.push({ pointer: '/results', code: 'wrong_type', message: 'write an object' });
  if (faults.length === 0 && isJsonObject(config) && isJsonObject(results)) return { type, config, context, results };
  throw new ApiProblem('invalid_request', 'Send {"config": {...}, "context": ..., "results": {...}}.', faults);
}

/** `log` and `error` only where there is something. */
function toView({ status, result, error, log }: NodeTestOutcome) {
  return { status, result, ...(log === null ? {} : { log }), ...(error === null ? {} : { error }) };
}
