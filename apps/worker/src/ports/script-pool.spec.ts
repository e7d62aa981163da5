import { afterEach, describe, expect, it } from '@jest/globals';
import { createScriptRunner } from './script-runner.js';
import type { ScriptRunnerOptions } from './script-runner.js';

let runner: ReturnType<typeof createScriptRunner>;
afterEach(() => runner.close());

function start(options: ScriptRunnerOptions): void {
  runner = createScriptRunner(options);
}
function run(content: string, timeoutMs = 2_000, signal = new AbortController().signal) {
  return runner.run({ content, globals: { context: {} }, timeoutMs, signal });
}

/** One native operation without guest code, so the interpreter never polls its clock in there. */
const STUCK = 'return new Array(1e9).join("x").length';

describe('the thread pool', () => {
  it('terminates a thread that is stuck in one native operation, while others go on', async () => {
    start({ poolSize: 2 });
    await run('return 1');
    const stuck = run(STUCK, 200);
    const others = await Promise.all(Array.from({ length: 20 }, () => run('return 1')));
    expect(others.every((outcome) => outcome.ok)).toBe(true);
    expect(await stuck).toMatchObject({ code: 'script_timeout', message: 'the script ran longer than 200 ms' });
    expect(await Promise.all([run('return 2'), run('return 3')])).toMatchObject([{ result: 2 }, { result: 3 }]);
  });

  it('counts wall time from the start of a run, not from its queueing', async () => {
    start({ poolSize: 1 });
    const slow = 'const end = Date.now() + 150; while (Date.now() < end); return 1';
    const outcomes = await Promise.all([run(slow, 400), run(slow, 400), run(slow, 400), run(slow, 400)]);
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, true, true, true]);
  });

  it('serves first come, first served', async () => {
    start({ poolSize: 1 });
    const order: number[] = [];
    await Promise.all(
      [0, 1, 2, 3].map(async (n) => order.push(((await run(`return ${n}`)) as { result: number }).result)),
    );
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('replaces a thread after its share of runs, unnoticed', async () => {
    start({ poolSize: 1, recycleAfterRuns: 3 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, n) => run(`return ${n}`)));
    expect(outcomes).toEqual(Array.from({ length: 8 }, (_, n) => ({ ok: true, result: n, log: '' })));
  });

  it('replaces a thread whose memory has grown', async () => {
    start({ poolSize: 1, recycleAboveBytes: 20 * 1024 * 1024 });
    expect(await run('return new Uint8Array(3e7).length')).toMatchObject({ result: 3e7 });
    expect(await run('return 1')).toMatchObject({ result: 1 });
  });

  it('aborts a run under way by ending its thread', async () => {
    start({ poolSize: 1 });
    await run('return 1');
    const controller = new AbortController();
    const endless = run('for (;;) {}', 10_000, controller.signal);
    setTimeout(() => controller.abort(), 50);
    expect(await endless).toMatchObject({ ok: false, code: 'aborted' });
    expect(await run('return 1')).toMatchObject({ ok: true });
  });

  it('aborts a run that waits, at once, and one that came aborted', async () => {
    start({ poolSize: 1 });
    await run('return 1');
    const busy = run('for (;;) {}', 500);
    const controller = new AbortController();
    let settled = false;
    void busy.then(() => (settled = true));
    const waiting = run('return 1', 1_000, controller.signal);
    controller.abort();
    expect(await waiting).toMatchObject({ code: 'aborted' });
    expect(await run('return 1', 1_000, AbortSignal.abort())).toMatchObject({ code: 'aborted' });
    expect(settled).toBe(false);
    await busy;
  });

  it('ends every run as aborted when it closes', async () => {
    start({ poolSize: 1 });
    const runs = [run('for (;;) {}'), run('return 1')];
    await runner.close();
    expect(await Promise.all([...runs, run('return 1')])).toMatchObject(Array(3).fill({ ok: false, code: 'aborted' }));
  });
});
