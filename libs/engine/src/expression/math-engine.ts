import { all, create, type EvalFunction, type MathJsInstance, type MathNode } from 'mathjs';
import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { bindExpression, type BoundExpression } from './bind-expression.js';
import { checkMathTree } from './check-math-tree.js';
import { mathResult } from './math-result.js';
import { checkFunctionLimit, FUNCTION_LIMITS, REFUSED_FUNCTIONS } from './math-limits.js';
import { resolveReference, type TemplateScope } from './template.js';

interface CompiledMath {
  readonly code: EvalFunction;
  readonly bound: BoundExpression;
}

const CACHE_SIZE = 1_000;
const cache = new Map<string, CompiledMath>();

const parse = createSandboxParser();

/**
 * The `math.js` engine (arrays count from 1). Each `{{path}}` becomes a generated name bound to the value, never text,
 * so payloads cannot become code; a missing value is null. Numbers are rounded to 9 decimals, NaN and infinities
 * become null, matrices arrays, units and complex numbers text.
 *
 * @throws EngineError `expression_syntax`, `expression_limit` (asks for too many elements or rounds) or
 * `expression_failed`.
 */
export function evaluateMath(expression: string, scope: TemplateScope): Json {
  const { code, bound } = compileMath(expression);
  const values = new Map<string, unknown>();
  for (const [name, reference] of bound.bindings) values.set(name, resolveReference(reference, scope) ?? null);
  try {
    return mathResult(code.evaluate(values));
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError('expression_failed', messageOf(error, bound));
  }
}

/** Compiles without evaluating. @throws EngineError `expression_syntax`. */
export function compileMath(expression: string): CompiledMath {
  const known = cache.get(expression);
  if (known !== undefined) return known;
  const bound = bindExpression(expression);
  const tree = parseTree(bound);
  const reason = checkMathTree(tree);
  if (reason !== null) throw new EngineError('expression_syntax', reason);
  const compiled = { code: tree.compile(), bound };
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? '');
  cache.set(expression, compiled);
  return compiled;
}

function parseTree(bound: BoundExpression): MathNode {
  try {
    return parse(bound.text);
  } catch (error) {
    throw new EngineError('expression_syntax', messageOf(error, bound));
  }
}

/** The library's message with the author's templates in place of the generated names. */
function messageOf(error: unknown, bound: BoundExpression): string {
  let message = error instanceof Error ? error.message : String(error);
  for (const [name, reference] of bound.bindings) {
    message = message.replaceAll(name, () => (reference.kind === 'path' ? `{{${reference.source}}}` : reference.text));
  }
  return message;
}

/** An instance of its own: refused functions throw, guarded ones look at their arguments first. */
function createSandboxParser(): (text: string) => MathNode {
  const instance = create(all ?? {}) as MathJsInstance & { expression: { transform: Record<string, AnyFunction> } };
  const parseText = instance.parse.bind(instance) as (text: string) => MathNode;
  const functions = instance as unknown as Record<string, AnyFunction>;
  const guards: Record<string, AnyFunction> = {};
  for (const name of FUNCTION_LIMITS.keys()) {
    const original = functions[name];
    if (original === undefined) continue;
    const transform = instance.expression.transform[name];
    guards[name] = Object.assign(
      guard(name, original),
      transform === undefined ? {} : { transform: guard(name, transform) },
    );
  }
  for (const name of REFUSED_FUNCTIONS) {
    // `config` and `typed` are the library's own handles, not functions of the expression language.
    if (name !== 'config' && name !== 'typed' && name !== 'create' && name !== 'import') guards[name] = refuse(name);
  }
  instance.import(guards, { override: true });
  return parseText;
}

type AnyFunction = (...args: unknown[]) => unknown;

function guard(name: string, original: AnyFunction): AnyFunction {
  return (...args) => {
    checkFunctionLimit(name, args);
    return original(...args);
  };
}

function refuse(name: string): AnyFunction {
  return () => {
    throw new EngineError('expression_limit', `${name} is not available in expressions`);
  };
}
