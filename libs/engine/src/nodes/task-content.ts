import type { Json, JsonObject } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { Fault } from '../contract/workflow-document.js';
import type { NewTask } from '../contract/write.js';
import { compileBodySchema } from '../definition/compile-body-schema.js';
import { valueText } from '../expression/value-text.js';

const TITLE_LENGTH = 500;

/** Form and data of one task, as JSON. Each assignee's task has a copy, and a list of tasks shows the forms. */
const CONTENT_BYTES = 64 * 1024;

/** The parts of a config that say what a task shows; templates are filled in. */
export interface TaskContent {
  title?: Json;
  data?: Json;
  form?: JsonObject;
}

/** Schemas of what a task shows. */
export const contentSchemas: JsonObject = {
  title: { type: 'string', maxLength: TITLE_LENGTH, description: "Heading of the task; the node's key when absent." },
  data: { description: 'Shown with the task: what there is to see or to decide on.' },
};

/** Schema of the property `form`. */
export const formSchema: JsonObject = {
  type: 'object',
  default: {},
  description: 'JSON Schema of the values that the task is answered with; templates give defaults.',
};

/**
 * The same task for each of `people`. `fallback` is the title of a task without one.
 * @throws EngineError invalid_form, task_too_large
 */
export function tasksFor(
  people: readonly string[],
  { title, data = null, form }: TaskContent,
  task: Pick<NewTask, 'kind' | 'actions'> & { fallback: string },
): NewTask[] {
  const { kind, actions, fallback } = task;
  if (form !== undefined) {
    const checked = compileBodySchema(form);
    if (typeof checked === 'string') throw new EngineError('invalid_form', `The form is no JSON Schema: ${checked}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify([data, form ?? null]));
  if (bytes > CONTENT_BYTES) {
    throw new EngineError('task_too_large', `Form and data have ${bytes} bytes, allowed are ${CONTENT_BYTES}.`);
  }
  const heading = (valueText(title) || fallback).slice(0, TITLE_LENGTH);
  return people.map((assignee) => ({ kind, assignee, title: heading, data, form: form ?? null, actions }));
}

/**
 * Faults of a form as it stands in a document. A pattern that a payload could choose would be run against what people
 * send, and can take for ever.
 */
export function checkForm(form: JsonObject | undefined): Fault[] {
  if (form === undefined) return [];
  const checked = compileBodySchema(form);
  if (typeof checked === 'string') return [{ pointer: '/form', code: 'invalid', message: checked }];
  if (!hasTemplatedPattern(form)) return [];
  return [{ pointer: '/form', code: 'invalid', message: 'write patterns and names of properties without templates' }];
}

function hasTemplatedPattern(value: Json): boolean {
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([name, inner]) => {
    if (name.includes('{{')) return true;
    return typeof inner === 'string' ? name === 'pattern' && inner.includes('{{') : hasTemplatedPattern(inner);
  });
}
