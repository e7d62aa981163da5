import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '#shared';
import { eventually } from './eventually.js';
import type { Effects } from './scene.js';
import type { Stage } from './stage.js';

/** Prints what came of a scene besides its execution, and checks it. @returns what was not as expected */
export async function effectFaults(effects: Effects, stage: Stage): Promise<string[]> {
  return [
    ...(effects.record ? await recordFaults(effects.record, stage) : []),
    ...arrivalFaults(effects, stage),
    ...(effects.message ? await messageFaults(effects.message, stage) : []),
  ];
}

async function recordFaults({ collection, values }: NonNullable<Effects['record']>, stage: Stage): Promise<string[]> {
  const found = newest(await stage.read(`/collections/${collection}/records?limit=1`));
  stage.print(`    record     ${collection} ${found ? shown(found) : 'none'}`);
  const wrong = Object.entries(values).filter(([name, value]) => !isDeepStrictEqual(found?.[name], value));
  return wrong.map(([name, value]) => `expected a record in ${collection} with ${name} ${JSON.stringify(value)}`);
}

function arrivalFaults({ mails = [], calls = [] }: Effects, stage: Stage): string[] {
  const arrived = stage.outside.take();
  for (const { from, to, subject } of arrived.mails)
    stage.print(`    mail       "${subject}" to ${to.join(', ')} from ${from}`);
  for (const { path, body } of arrived.calls) stage.print(`    call       POST ${path} ${JSON.stringify(body)}`);
  const headers = arrived.mails.map(({ to, subject }) => ({ to, subject }));
  return [...differences('mails', headers, mails), ...differences('calls', arrived.calls, calls)];
}

function differences(what: string, arrived: readonly unknown[], wanted: readonly unknown[]): string[] {
  return isDeepStrictEqual(arrived, wanted) ? [] : [`expected these ${what}: ${JSON.stringify(wanted)}`];
}

async function messageFaults({ to, text }: NonNullable<Effects['message']>, stage: Stage): Promise<string[]> {
  // Another execution tells it, which the change of a record started.
  const found = await eventually(
    async () => newest(await stage.read(`/notifications?to=${encodeURIComponent(to)}&limit=1`)),
    (message) => message?.['text'] === text,
  );
  stage.print(`    in-app     ${found ? `"${String(found['text'])}" to ${String(found['to'])}` : 'none'}`);
  return found?.['text'] === text ? [] : [`expected the message "${text}" to ${to}`];
}

function newest(list: JsonObject | null): JsonObject | null {
  return ((list?.['items'] ?? []) as JsonObject[])[0] ?? null;
}

/** What is not set, and when it was written, tells nothing here. */
function shown(record: JsonObject): string {
  const told = Object.entries(record).filter(([name, value]: [string, Json]) => value !== null && !name.endsWith('At'));
  return JSON.stringify(Object.fromEntries(told));
}
