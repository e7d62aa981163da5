import { all, create, type EvalFunction, type MathJsInstance, type MathNode } from 'mathjs';
import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { bindExpression, type BoundExpression } from './bind-expression.js';
import { checkMathTree } from './check-math-tree.js';
import { cachedCompile } from './compile-cache.js';
import { messageOf, type CompiledExpression } from './compiled-expression.js';
import { MOST_EXPRESSION } from './expression-limits.js';
import { isScalarMath } from './is-scalar-math.js';
import { checkFunctionLimit, FUNCTION_LIMITS, REFUSED_FUNCTIONS } from './math-limits.js';
import { mathResult } from './math-result.js';

const parse = createSandboxParser();

/**
 * Compiles an expression of the engine `math.js` (arrays count from 1). Each `{{path}}` becomes a generated name bound to
 * the value, never text, so payloads cannot become code; a missing value is null. Numbers are rounded to 9 decimals, NaN
 * and infinities become null, matrices arrays, units and complex numbers text. Evaluating throws `expression_limit` when
 * too many elements or rounds are asked for.
 *
 * @throws EngineError `expression_syntax`.
 */
export const compileMath = cachedCompile((expression: string): CompiledExpression => {
  if (expression.length > MOST_EXPRESSION) {
    throw new EngineError('expression_syntax', `write at most ${MOST_EXPRESSION} characters`);
  }
  const bound = bindExpression(expression, 'transpose');
  try {
    const tree = parse(bound.text);
    const reason = checkMathTree(tree);
    if (reason !== null) throw new EngineError('expression_syntax', reason);
    const code = tree.compile();
    return { bound, isScalar: isScalarMath(tree, bound), evaluate: (values) => evaluate(code, bound, values) };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    // A RangeError is a recursion at the end of the stack.
    const message = error instanceof RangeError ? 'nested too deep' : messageOf(error, bound);
    throw new EngineError('expression_syntax', message);
  }
});

function evaluate(code: EvalFunction, bound: BoundExpression, values: ReadonlyMap<string, Json>): Json {
  try {
    // A copy: the expression may set names of its own.
    return mathResult(code.evaluate(new Map(values)));
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError('expression_failed', messageOf(error, bound));
  }
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
