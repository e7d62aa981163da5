import type { JsonObject } from '#shared';

/** `trigger` of one type: an object with `type`, `mode` and these properties, and no others. */
export function triggerSchema(
  type: string,
  modes: readonly string[],
  properties: JsonObject,
  required: readonly string[] = [],
): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['type', ...required],
    properties: {
      type: { const: type },
      mode: {
        enum: [...modes],
        default: modes[0] ?? 'async',
        description:
          modes.length > 1
            ? 'Whether somebody waits for the end: `sync` answers with the outcome. Fixed when the workflow is created.'
            : `Always ${modes[0]}.`,
      },
      ...properties,
    },
  };
}

/** How long a caller is kept waiting. */
export const waitSchema: JsonObject = {
  type: 'string',
  default: '30s',
  description: 'Longest wait of the caller in mode sync, at most 120s; the execution goes on after it.',
};

/** Whether every call starts it, or only one that names it. */
export const globalSchema: JsonObject = {
  type: 'boolean',
  default: false,
  description: 'True: every such call starts it. False: only calls that name it in ?triggerWorkflows=key1,key2.',
};

/** Which actions over the collections API a trigger is about; all of them when none is named. */
export function actionsSchema(actions: readonly string[], description: string): JsonObject {
  const items = { enum: [...actions] };
  return { type: 'array', minItems: 1, uniqueItems: true, items, default: [...actions], description };
}
