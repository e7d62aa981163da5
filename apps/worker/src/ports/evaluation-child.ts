import { Worker } from 'node:worker_threads';
import { evaluateRequest } from '#engine';
import type { Json } from '#shared';
import type { EvaluationJob, EvaluationOutcome, EvaluationReady, EvaluationReport } from './evaluation-messages.js';
import { locateSource } from './source-location.js';

/** Entry of an evaluation process: says that it is there, then evaluates one job after the other. */
if (process.send === undefined) throw new Error('evaluation-child runs only as a child process');
const send = process.send.bind(process) as (message: EvaluationReady | EvaluationReport) => void;

process.on('message', (job: EvaluationJob) => {
  void evaluate(job).then((outcome) => send({ id: job.id, outcome }));
});
// The worker is gone.
process.on('disconnect', () => process.exit());
// Its first argument is the worker's process id. Nothing is evaluated before the watchdog watches.
const watchdog = new Worker(locateSource(import.meta.url, 'evaluation-watchdog').url, {
  workerData: { workerPid: Number(process.argv[2]) },
});
watchdog.once('message', () => send({ ready: true }));

async function evaluate({ engine, expression, source, outputBytes }: EvaluationJob): Promise<EvaluationOutcome> {
  const evaluated = await evaluateRequest({ engine, expression, source: JSON.parse(source) as Json });
  if (!evaluated.ok) return evaluated;
  try {
    const result = JSON.stringify(evaluated.result) ?? 'null';
    if (Buffer.byteLength(result) <= outputBytes) return { ok: true, result };
    return { ok: false, code: 'expression_output', message: `the result is larger than ${outputBytes} bytes` };
  } catch (error) {
    // Nested deeper than the stack, or a text longer than one can be.
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, code: 'expression_output', message: `the result cannot be written as JSON: ${reason}` };
  }
}
