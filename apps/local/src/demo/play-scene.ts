import { isDeepStrictEqual } from 'node:util';
import type { Json } from '#shared';
import { answerTask } from './answer-task.js';
import { effectFaults } from './effect-faults.js';
import { eventually } from './eventually.js';
import type { Scene } from './scene.js';
import type { Stage } from './stage.js';

interface Answer {
  status: number;
  text: string;
  headers: Headers;
  milliseconds: number;
}

/** Sends one request, prints what came of it and checks it. @returns everything that was not as expected */
export async function playScene(scene: Scene, stage: Stage): Promise<string[]> {
  const { request } = scene;
  stage.print(`  > ${request.method} ${request.path}  ${request.body}`);
  const answer = await send(stage.gatewayUrl, scene);
  stage.print(`  < ${answer.status} ${shorten(answer.text)}  (${answer.milliseconds} ms)`);
  const executionId = answer.headers.get('x-execution-id');
  if (executionId) stage.executions.set(scene.title, executionId);
  const faults = [
    ...answerFaults(scene, answer),
    ...(await requestFaults(scene, answer, stage)),
    ...(scene.task && executionId ? await answerTask(scene.task, executionId, stage) : []),
    ...(await executionFaults(scene, executionId, stage)),
    ...(await effectFaults(scene.expect.effects ?? {}, stage)),
  ];
  for (const fault of faults) stage.print(`  ! ${fault}`);
  return faults;
}

async function send(gatewayUrl: string, { request }: Scene): Promise<Answer> {
  const startedAt = performance.now();
  const { method, headers, body } = request;
  const answer = await fetch(`${gatewayUrl}${request.path}`, {
    method,
    headers,
    body,
    signal: AbortSignal.timeout(60_000),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    text,
    headers: answer.headers,
    milliseconds: Math.round(performance.now() - startedAt),
  };
}

function answerFaults({ expect }: Scene, answer: Answer): string[] {
  const faults: string[] = [];
  if (answer.status !== expect.status) faults.push(`expected status ${expect.status}`);
  if (expect.body !== undefined && !isDeepStrictEqual(asJson(answer.text), expect.body))
    faults.push(`expected the answer ${JSON.stringify(expect.body)}`);
  for (const [name, value] of Object.entries(expect.headers ?? {}))
    if (answer.headers.get(name) !== value) faults.push(`expected the header ${name}: ${value}`);
  return faults;
}

async function requestFaults({ expect }: Scene, answer: Answer, stage: Stage): Promise<string[]> {
  const id = answer.headers.get('x-request-id');
  const found = id
    ? await eventually(
        () => stage.read(`/requests/${id}`),
        (request) => request !== null,
      )
    : null;
  if (!found) return ['the request log has no row for it'];
  const { verdict, gate } = found;
  stage.print(`    request    ${verdict}${verdict === 'refused' ? ` at gate ${gate} (${found['reason']})` : ''}`);
  const gateDiffers = expect.gate !== undefined && gate !== expect.gate;
  return verdict === expect.verdict && !gateDiffers
    ? []
    : [`expected the verdict ${expect.verdict}${expect.gate === undefined ? '' : ` at gate ${expect.gate}`}`];
}

async function executionFaults(scene: Scene, id: string | null, stage: Stage): Promise<string[]> {
  const { expect } = scene;
  if (expect.execution === null) return id === null ? [] : ['no execution was expected'];
  if (id === null) return ['the answer names no execution'];
  const look = () => stage.read(`/executions/${id}`);
  const found = (await eventually(look, (execution) => Boolean(execution?.['endedAt']))) ?? {};
  printExecution(found, stage);
  const faults = endingFaults(expect.execution, found);
  if (expect.sameExecutionAs && stage.executions.get(expect.sameExecutionAs) !== id)
    faults.push('expected the execution of the first delivery');
  return faults;
}

function endingFaults(wanted: { status: string; output?: Json }, found: Record<string, Json>): string[] {
  const faults: string[] = [];
  if (found['status'] !== wanted.status) faults.push(`expected the execution to end ${wanted.status}`);
  if ('output' in wanted && !isDeepStrictEqual(found['output'], wanted.output))
    faults.push(`expected the output ${JSON.stringify(wanted.output)}`);
  return faults;
}

function printExecution({ status, output }: Record<string, Json>, stage: Stage): void {
  const shown = output === null || output === undefined ? '' : `: ${shorten(JSON.stringify(output))}`;
  stage.print(`    execution  ${status ?? 'not found'}${shown}`);
}

function asJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function shorten(text: string): string {
  return text.length > 160 ? `${text.slice(0, 160)}...` : text;
}
