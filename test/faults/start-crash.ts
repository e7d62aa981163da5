import type { Json } from '#shared';
import { eventually } from '../support/eventually.js';
import { RECORDS, type CrashDocument } from './crash-document.js';
import type { CrashRig } from './crash-rig.js';
import { send } from './send.js';

/** An execution that was started. */
export interface StartedCrash {
  id: string;
  /** Status that a sender who waits is answered with; null when nobody waits. */
  answered: Promise<number | null>;
}

/** Longer than a recovery. Milliseconds. */
const ANSWERED_WITHIN = 30_000;

/** Starts an execution as its document's trigger says. @param tag reaches its nodes as `$context.data.tag` */
export async function startCrash(rig: CrashRig, document: CrashDocument, tag: string): Promise<StartedCrash> {
  const { key, trigger = 'async' } = document;
  if (trigger === 'approval') return { id: await submitRecord(rig, key, tag), answered: Promise.resolve(null) };
  const url = `${rig.hookmill.gatewayUrls[0]}/api/webhooks/${key}`;
  const known = trigger === 'sync' ? await latestExecutions(rig, key) : [];
  const sending = send(url, tag, JSON.stringify({ tag }), ANSWERED_WITHIN);
  if (trigger === 'async') return { id: acceptedAs(await sending), answered: Promise.resolve(null) };
  const answered = sending.then((answer) => (answer.kind === 'answer' ? answer.status : null));
  return { id: await newExecution(rig, key, known), answered };
}

/** The latest ones of a workflow: more than one execution makes. */
export async function latestExecutions(rig: CrashRig, key: string): Promise<Record<string, Json>[]> {
  return (await rig.ask('GET', `/executions?workflow=${key}`))['items'] as Record<string, Json>[];
}

async function submitRecord(rig: CrashRig, workflow: string, tag: string): Promise<string> {
  const record = await rig.ask('POST', `/collections/${RECORDS}/records`, { tag, name: 'submitted', state: 'new' });
  const path = `/collections/${RECORDS}/records/${String(record['id'])}/approvals`;
  return String((await rig.ask('POST', path, { workflow }))['executionId']);
}

function acceptedAs(answer: Awaited<ReturnType<typeof send>>): string {
  if (answer.kind === 'answer' && answer.executionId !== null) return answer.executionId;
  throw new Error(`Not accepted: ${JSON.stringify(answer)}`);
}

/** A sender that waits would learn of its execution too late. */
async function newExecution(rig: CrashRig, key: string, known: readonly Record<string, Json>[]): Promise<string> {
  const ids = new Set(known.map(({ id }) => id));
  const fresh = async () => (await latestExecutions(rig, key)).filter(({ id }) => !ids.has(id!));
  const [execution] = await eventually(fresh, (rows) => rows.length > 0);
  return String(execution!['id']);
}
