import type { JsonObject } from '#shared';
import type { Provider } from './contract.js';

/** JSON Schema of a document's auth entry for this provider: `{type, provider, secrets, ...options}`. */
export function entrySchema(provider: Provider): JsonObject {
  const required = ['type', 'provider'];
  const { anyOf } = provider.options;
  const takesSecrets = provider.secrets !== 'none';
  if (provider.secrets === 'required' || provider.secrets === 'delivered') required.push('secrets');
  return {
    type: 'object',
    additionalProperties: false,
    required: [...required, ...provider.options.required],
    properties: {
      type: { const: 'signature' },
      provider: { type: 'string', description: 'A preset of /api/v1/providers.' },
      ...(takesSecrets ? { secrets: secretsSchema(provider) } : {}),
      ...provider.options.properties,
    },
    ...(provider.options.oneOf ? { oneOf: provider.options.oneOf.map((name) => ({ required: [name] })) } : {}),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map((name) => ({ required: [name] })) }),
  };
}

function secretsSchema({ secrets }: Provider): JsonObject {
  const isDelivered = secrets === 'delivered';
  return {
    type: 'array',
    minItems: 1,
    maxItems: isDelivered ? 1 : 20,
    items: { type: 'string', pattern: '\\S', description: 'Use {{$env.NAME}}.' },
    description: isDelivered
      ? 'One {{$env.NAME}}; the provider delivers the secret once, and it is kept under that name.'
      : 'One of them must fit, so that a secret can be changed; use {{$env.NAME}}.',
  };
}
