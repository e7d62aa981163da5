import { isJsonObject, type Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { EvaluationRequest, EvaluationResult } from '../contract/ports.js';
import { COMPILERS } from './evaluate.js';
import { queryJmespath } from './queries/jmespath-query.js';
import { queryJsonata } from './queries/jsonata-query.js';
import { queryJsonPath } from './queries/jsonpath-query.js';

type Request = Pick<EvaluationRequest, 'engine' | 'expression' | 'source'>;

/**
 * What an evaluator does, without its limits of time and memory: only for a process that is ended when it takes too long,
 * and for tests. Never rejects.
 */
export async function evaluateRequest(request: Request): Promise<EvaluationResult> {
  try {
    return { ok: true, result: await evaluate(request) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, code: codeOf(error), message };
  }
}

function codeOf(error: unknown): Extract<EvaluationResult, { ok: false }>['code'] {
  const code = error instanceof EngineError ? error.code : '';
  return code === 'expression_syntax' || code === 'expression_limit' ? code : 'expression_failed';
}

function evaluate({ engine, expression, source }: Request): Json | Promise<Json> {
  switch (engine) {
    case 'jmespath':
      return queryJmespath(expression, source);
    case 'jsonpathplus':
      return queryJsonPath(expression, source);
    case 'jsonata':
      return queryJsonata(expression, source);
    default:
      return evaluateCompiled(engine, expression, source);
  }
}

function evaluateCompiled(engine: string, expression: string, source: Json): Json {
  const compile = COMPILERS.get(engine);
  if (compile === undefined) throw new EngineError('expression_failed', `there is no engine "${engine}"`);
  return compile(expression).evaluate(new Map(Object.entries(isJsonObject(source) ? source : {})));
}
