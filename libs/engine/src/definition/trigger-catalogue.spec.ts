import { describe, expect, it } from '@jest/globals';
import { compileBodySchema } from './compile-body-schema.js';
import { triggerCatalogue } from './trigger-catalogue.js';

describe('triggerCatalogue', () => {
  it('shows the webhook with a JSON Schema that compiles', () => {
    const [webhook, ...others] = triggerCatalogue();
    expect([webhook?.type, others]).toEqual(['webhook', []]);
    const validate = compileBodySchema(webhook?.configSchema ?? {});
    expect(
      typeof validate === 'string'
        ? validate
        : validate({ type: 'webhook', auth: [{ type: 'token', header: 'x', value: 'y' }] }),
    ).toEqual([]);
  });
});
