import { duration } from './duration.js';
import { printable } from './terminal.js';

/** An execution as GET /executions lists it. Times are ISO 8601. */
export interface ExecutionItem {
  id: string;
  workflowKey: string;
  version: number;
  status: string;
  reason: string | null;
  requestId: string | null;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

export interface NodeRunItem {
  nodeKey: string;
  type: string;
  status: string;
  input: unknown;
  result: unknown;
  error: { code: string; message: string } | null;
  log: string | null;
  startedAt: string;
  endedAt: string | null;
}

export interface ExecutionDetail extends ExecutionItem {
  context: { data?: unknown } | null;
  reply: { status: number; body: string } | null;
  output: unknown;
  error: { code: string; message: string } | null;
  nodeRuns: NodeRunItem[];
}

const INDENT = '    ';

/** One execution in lines that people read: head, data, each node run, what was answered. */
export function executionDetail(execution: ExecutionDetail): string[] {
  const { id, workflowKey, version, status, reason, startedAt, endedAt, requestId } = execution;
  const took = duration(startedAt, endedAt);
  return [
    `execution  ${id}`,
    `workflow   ${workflowKey} version ${version}`,
    `status     ${status}${reason ? ` (${reason})` : ''}${took ? ` in ${took}` : ''}`,
    `started    ${startedAt ?? 'not yet'}`,
    `request    ${requestId ?? 'none: started by hand'}`,
    ...field('data', execution.context?.data, ''),
    ...(execution.error
      ? [`error      ${printable(execution.error.code)}: ${printable(execution.error.message)}`]
      : []),
    ...execution.nodeRuns.flatMap(nodeRun),
    ...(execution.output === null ? [] : field('output', execution.output, '')),
    ...(execution.reply ? [`reply      ${execution.reply.status} ${printable(execution.reply.body)}`] : []),
  ];
}

function nodeRun(run: NodeRunItem): string[] {
  const took = duration(run.startedAt, run.endedAt);
  return [
    '',
    `  ${run.nodeKey} (${run.type})  ${run.status}${took ? ` in ${took}` : ''}`,
    ...field('input', run.input, INDENT),
    ...field('result', run.result, INDENT),
    ...(run.error ? [`${INDENT}error      ${printable(run.error.code)}: ${printable(run.error.message)}`] : []),
    ...(run.log ? [`${INDENT}log`, ...indented(run.log.trimEnd(), `${INDENT}  `)] : []),
  ];
}

/** On the line of its name when it is short, else below it. */
function field(name: string, value: unknown, indent: string): string[] {
  const short = JSON.stringify(value ?? null);
  if (short.length <= 100) return [`${indent}${name.padEnd(9)}  ${printable(short)}`];
  return [`${indent}${name}`, ...indented(JSON.stringify(value, null, 2), `${indent}  `)];
}

function indented(text: string, indent: string): string[] {
  return printable(text)
    .split('\n')
    .map((line) => indent + line);
}
