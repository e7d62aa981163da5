import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { EvaluationRequest } from '#engine';
import { createEvaluator, type EvaluatorOptions } from './evaluator.js';

/** A process that runs from its sources takes seconds to start on a busy machine. */
jest.setTimeout(120_000);

const MB = 1024 * 1024;
const LIMITS: EvaluatorOptions = { memoryBytes: 128 * MB, timeMs: 10_000, outputBytes: MB, processes: 1 };
/** One evaluation without end in each of its steps. */
const ENDLESS = '($f := function($n) { $n > 0 ? $f($n + 1) : 0 }; $f(1))';

let evaluator: ReturnType<typeof createEvaluator>;
afterEach(() => evaluator.close());

function start(options: Partial<EvaluatorOptions> = {}): void {
  evaluator = createEvaluator({ ...LIMITS, ...options });
}

function evaluate(
  engine: EvaluationRequest['engine'],
  expression: string,
  source: EvaluationRequest['source'] = null,
  signal = new AbortController().signal,
) {
  return evaluator.evaluate({ engine, expression, source, signal });
}

describe('the evaluator', () => {
  it('evaluates expressions of every engine', async () => {
    start();
    const source = { items: [{ price: 2 }, { price: 3 }] };
    expect([
      await evaluate('jmespath', 'items[].price', source),
      await evaluate('jsonpathplus', '$.items[?(@.price > 2)].price', source),
      await evaluate('jsonata', '$sum(items.price)', source),
      await evaluate('math.js', 'sum({{a.b}})', { value_0: [1, 2] }),
      await evaluate('formula.js', 'SUM({{a.b}})', { value_0: [1, 2] }),
    ]).toEqual([[2, 3], [3], 5, 3, 3].map((result) => ({ ok: true, result })));
  });

  it('says what is wrong with an expression', async () => {
    start();
    expect(await evaluate('jmespath', 'a[')).toMatchObject({ code: 'expression_syntax' });
    expect(await evaluate('jsonata', '$sum("a")')).toMatchObject({ code: 'expression_failed' });
    expect(await evaluate('math.js', 'zeros(1e9)', {})).toMatchObject({ code: 'expression_limit' });
  });

  it('refuses a result larger than the limit', async () => {
    start({ outputBytes: 100 });
    expect(await evaluate('jsonata', '[1..10]')).toMatchObject({ ok: true });
    expect(await evaluate('jsonata', '[1..1000]')).toMatchObject({ code: 'expression_output' });
  });

  it('ends an evaluation at the deadline and goes on with the next', async () => {
    start({ timeMs: 1_000 });
    expect(await evaluate('jsonata', ENDLESS)).toEqual({
      ok: false,
      code: 'expression_timeout',
      message: 'the expression took longer than 1000 ms',
    });
    expect(await evaluate('jsonata', '1 + 1')).toEqual({ ok: true, result: 2 });
  });

  it('ends an evaluation whose memory runs out and goes on with the next', async () => {
    start({ memoryBytes: 64 * MB });
    // A hundred million numbers, of which each list alone is small.
    expect(await evaluate('jsonata', '$map([1..100000], function($i) { [1..1000] })')).toEqual({
      ok: false,
      code: 'expression_memory',
      message: 'the expression needed too much memory',
    });
    expect(await evaluate('jsonata', '1 + 1')).toEqual({ ok: true, result: 2 });
  });

  it('ends an evaluation that is aborted, under way or waiting', async () => {
    start();
    expect(await evaluate('jsonata', '1')).toMatchObject({ ok: true });
    const [first, second] = [new AbortController(), new AbortController()];
    const running = evaluate('jsonata', ENDLESS, null, first.signal);
    const waiting = evaluate('jsonata', '1', null, second.signal);
    second.abort();
    expect(await waiting).toMatchObject({ code: 'aborted' });
    first.abort();
    expect(await running).toMatchObject({ code: 'aborted' });
    expect(await evaluate('jsonata', '2')).toEqual({ ok: true, result: 2 });
  });

  it('hands no variable of the environment to an expression, and keeps nothing of one for the next', async () => {
    start();
    expect(await evaluate('jsonata', '($kept := 1; $kept)')).toEqual({ ok: true, result: 1 });
    expect(await evaluate('jsonata', '[$kept, $exists($process)]')).toEqual({ ok: true, result: [false] });
  });

  it('ends everything as aborted when it closes', async () => {
    start();
    const runs = [evaluate('jsonata', ENDLESS), evaluate('jsonata', '1')];
    await evaluator.close();
    expect(await Promise.all([...runs, evaluate('jsonata', '1')])).toMatchObject(
      Array(3).fill({ ok: false, code: 'aborted' }),
    );
  });
});
