import type { JsonObject } from '#shared';
import type { RetryPolicy } from '../run/retry-policy.js';

/** What every node with an effect takes besides its own config, see contract.md 11. */
export type EffectConfig = {
  retry?: { attempts?: number; backoff?: number };
  repeatable?: boolean;
  ignoreFail?: boolean;
};

/** JSON Schema of `retry` and `repeatable`, which every node with an effect takes. */
export const retryProperties: JsonObject = {
  retry: {
    type: 'object',
    additionalProperties: false,
    description: 'Known failures are tried again, an open outcome only when the node is `repeatable`.',
    properties: {
      attempts: { type: 'integer', minimum: 1, maximum: 20, default: 1, description: 'All tries, the first included.' },
      backoff: {
        type: 'integer',
        minimum: 0,
        maximum: 60000,
        default: 500,
        description: 'Milliseconds, doubled each time.',
      },
    },
  },
  repeatable: { type: 'boolean', default: false, description: 'Doing it twice does no harm.' },
};

/** JSON Schema of {@link EffectConfig}'s properties. */
export const effectProperties: JsonObject = {
  ...retryProperties,
  ignoreFail: { type: 'boolean', default: false, description: 'Goes on after a failure, with it as result.' },
};

/** One try unless the config says otherwise, half a second before the second one. */
export function effectPolicy({ retry, repeatable }: EffectConfig): RetryPolicy & { repeatable: boolean } {
  return { attempts: retry?.attempts ?? 1, backoff: retry?.backoff ?? 500, repeatable: repeatable === true };
}
