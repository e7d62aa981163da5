import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { Fault } from '../../contract/workflow-document.js';
import { parseDuration } from '../../definition/parse-duration.js';
import { isTimeZone, parseRepeat } from './parse-repeat.js';

/** Ten years: more is a mistake in writing. Milliseconds. */
const LONGEST_OFFSET_MS = 3_650 * 86_400_000;
/** Properties of a plan that a date field takes the place of. */
const STATIC_ONLY = ['startsOn', 'repeat', 'timeZone', 'endsOn'] as const;

const fault = (pointer: string, code: Fault['code'], message: string): Fault => ({ pointer, code, message });

/** Faults of a schedule beyond its schema. */
export function checkSchedule(trigger: JsonObject): Fault[] {
  return trigger.dateField === undefined ? checkStatic(trigger) : checkDateField(trigger);
}

function checkStatic({ startsOn, repeat, timeZone = 'UTC', endsOn }: JsonObject): Fault[] {
  if (startsOn === undefined && repeat === undefined) {
    return [fault('/trigger/repeat', 'missing', 'say when: "repeat", "startsOn", both, or "dateField"')];
  }
  return [...checkRepeat(repeat, timeZone), ...checkEnd(startsOn, endsOn)];
}

function checkRepeat(repeat: Json | undefined, timeZone: Json): Fault[] {
  if (typeof timeZone === 'string' && !isTimeZone(timeZone)) {
    return [fault('/trigger/timeZone', 'invalid', 'write a time zone such as UTC or Europe/Berlin')];
  }
  if (typeof repeat !== 'string' || typeof timeZone !== 'string') return [];
  const parsed = parseRepeat(repeat, timeZone);
  return typeof parsed === 'string' ? [fault('/trigger/repeat', 'syntax', parsed)] : [];
}

function checkEnd(startsOn: Json | undefined, endsOn: Json | undefined): Fault[] {
  if (typeof endsOn !== 'string' || typeof startsOn !== 'string') return [];
  if (Date.parse(endsOn) >= Date.parse(startsOn)) return [];
  return [fault('/trigger/endsOn', 'invalid', 'it ends before it starts')];
}

function checkDateField(trigger: JsonObject): Fault[] {
  const faults = STATIC_ONLY.filter((name) => trigger[name] !== undefined).map((name) =>
    fault(`/trigger/${name}`, 'invalid', 'remove it: with "dateField" the records say when'),
  );
  const offset = isJsonObject(trigger.dateField) ? trigger.dateField.offset : undefined;
  if (typeof offset !== 'string') return faults;
  const length = parseDuration(offset);
  const pointer = '/trigger/dateField/offset';
  if (length === null) return [...faults, fault(pointer, 'invalid', 'write a duration such as 30m, 12h or 3d')];
  return length > LONGEST_OFFSET_MS ? [...faults, fault(pointer, 'limit', 'write at most 3650d')] : faults;
}
