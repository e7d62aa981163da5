import type { ErrorObject } from 'ajv';
import type { JsonObject } from '#shared';
import type { Fault } from '../contract/workflow-document.js';
import { pointerTo } from '../expression/json-pointer.js';
import { compileGivenSchema } from './compile-given-schema.js';

const MOST_FAULTS = 100;

/**
 * What is wrong with the values that a task is answered with, at most 100 faults; their pointers start with `pointer`.
 * A form that is no JSON Schema is one fault: nothing can be answered to it. Compiled at each call: people are slow.
 */
export function formFaults(form: JsonObject, values: JsonObject, pointer: string): Fault[] {
  const validate = compileGivenSchema(form);
  if (typeof validate === 'string') {
    return [{ pointer, code: 'invalid', message: `the form of the task cannot be checked: ${validate}` }];
  }
  return validate(values)
    .slice(0, MOST_FAULTS)
    .map((error) => toFault(error, pointer));
}

/** The property is part of the pointer where the error names one that is missing or too much. */
function toFault({ instancePath, keyword, message, params }: ErrorObject, base: string): Fault {
  const pointer = base + instancePath;
  const { missingProperty, additionalProperty } = params as Record<string, string | undefined>;
  if (keyword === 'required' && missingProperty !== undefined) {
    return { pointer: pointerTo(pointer, missingProperty), code: 'missing', message: 'add this property' };
  }
  if (keyword === 'additionalProperties' && additionalProperty !== undefined) {
    return { pointer: pointerTo(pointer, additionalProperty), code: 'unknown_property', message: 'remove it' };
  }
  return { pointer, code: 'invalid', message: message ?? keyword };
}
