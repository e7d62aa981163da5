import { isJsonObject, type JsonObject } from '#shared';
import { entrySchema, isHeadersOnly, providers, type KeyKind, type Provider } from '#signatures';
import { configTable } from './config-table.js';
import { markdownTable, yamlBlock } from './markdown.js';
import { providerEntry } from './provider-entry.js';
import { durationText, handshakeText, schemeFacts, sourceText } from './provider-words.js';

const INTRODUCTION = `# Providers

Generated from the presets of the providers by \`npm run docs:reference\`; a test compares. Do not edit it.

A preset knows how a provider signs its requests. An entry of \`trigger.auth\` names it and its secrets:

1. Keep the secret that the provider shows: \`PUT /api/v1/secrets/NAME\`, \`{"value": "..."}\`. Nobody can read it back.
2. Write the entry into the workflow's \`trigger.auth\`, with \`{{$env.NAME}}\` for the secret, and apply the document.
3. Give the provider the URL of the workflow, \`<HOOKMILL_PUBLIC_URL>/api/webhooks/<key>\`. Where it asks for an answer to
   a probe, the preset gives it.
4. Let the provider send a test. \`npx hookmill requests\` lists it; a refused one with its gate and reason.

Every entry of \`auth\` must pass. \`secrets\` is a list of which one must fit: while a secret is rolled it holds the new and
the old one, and each request in the log says which one matched. Signatures are verified over the bytes as they came, in constant
time; a preset without its secret refuses every request. The sample is what a request looks like before it is signed.
The delivery id is what deduplication goes by unless the document has a \`dedup.key\`. An entry for which no preset exists is
\`hmac\`, \`token\`, \`basic\`, \`jwt\` or \`rfc9421\`; a provider of your own is one file: [extending](../extending.md).`;

/** docs/reference/providers.md. */
export function providerReference(): string {
  const entries = [...providers.values()];
  const rows = entries.map((provider) => [
    `[\`${provider.name}\`](#${provider.name})`,
    provider.title,
    provider.deliveryId === null ? 'none' : sourceText(provider.deliveryId),
    provider.retryHorizonMs === null ? '' : durationText(provider.retryHorizonMs),
  ]);
  const overview = markdownTable(['Preset', 'Provider', 'Delivery id', 'Repeated within'], rows);
  return `${[INTRODUCTION, overview, ...entries.map(section)].join('\n\n')}\n`;
}

function section(provider: Provider): string {
  const { name, title, docs, link } = provider;
  return [
    `## ${name}`,
    `**${title}.** ${docs}`,
    `Described by the provider: <${link}>`,
    yamlBlock({ auth: [providerEntry(provider)] }),
    facts(provider)
      .map((fact) => `- ${fact}`)
      .join('\n'),
    ...optionTable(provider),
    ...sampleText(provider),
  ].join('\n\n');
}

function facts(provider: Provider): string[] {
  const { scheme, deliveryId, eventType, batch, handshakes, formPayload } = provider;
  return [
    isHeadersOnly(provider.name)
      ? 'Checked before the body is read (gate 9).'
      : 'Checked over the raw body, before it is parsed (gate 12).',
    ...secretText(provider),
    ...schemeFacts(scheme),
    `Delivery id: ${deliveryId === null ? 'that of the header `idempotency-key` or `webhook-id` where it is sent; else set `dedup.key`, or a request that comes twice runs twice' : sourceText(deliveryId)}.`,
    `Event type: ${eventType === null ? 'none' : sourceText(eventType)}.`,
    ...(batch === null
      ? []
      : [
          `Batches: ${batch.items === '' ? 'the body' : `\`${batch.items}\` of the body`} is a list of events, which one execution gets together.`,
        ]),
    ...(formPayload === null
      ? []
      : [`Form field \`${formPayload}\`: where it is sent, its JSON is \`$context.data\`.`]),
    ...(handshakes.length === 0 ? ['Handshake: none.'] : handshakes.map((each) => `Handshake: ${handshakeText(each)}`)),
    ...answerFacts(provider),
  ];
}

function answerFacts({ acknowledgement, patienceMs, retryHorizonMs }: Provider): string[] {
  return [
    acknowledgement === null
      ? 'Acknowledgement: any 2xx.'
      : `Acknowledgement: ${acknowledgement.status} \`${acknowledgement.body}\`, given by an \`async\` workflow without a \`response\` of its own.`,
    patienceMs === null
      ? 'Patience: not stated.'
      : `Patience: ${durationText(patienceMs)}; a \`sync\` workflow has to answer within it.`,
    retryHorizonMs === null
      ? 'Retry horizon: not stated.'
      : `Retry horizon: ${durationText(retryHorizonMs)}; a delivery id is remembered for a quarter longer, and never less than 24 hours, unless \`dedup.window\` says otherwise.`,
  ];
}

function secretText({ secrets, scheme }: Provider): string[] {
  if (secrets === 'none') return [];
  if (secrets === 'delivered')
    return ['Secret: one `{{$env.NAME}}`; the provider delivers it once, and it is kept there.'];
  if (scheme.kind === 'basic') return ['Secrets: each `user:password`.'];
  if (scheme.kind !== 'signed-bytes') return [];
  const prefix = scheme.keyId === null ? '' : '`<name of the key>:` and ';
  return [`Secrets: each ${prefix}${[...new Set(scheme.keys.map(keyText))].join(', or ')}.`];
}

const KEY_WORDS = {
  utf8: 'the secret as the provider shows it',
  hex: 'hexadecimal',
  base64: 'base64',
  pem: 'a public key, PEM or bare base64',
  'ed25519-hex': 'a public key, hexadecimal',
  'ed25519-base64': 'a public key, base64',
} as const;

function keyText({ encoding, prefix, bytes }: KeyKind): string {
  const length = bytes === undefined ? '' : ` of ${bytes.min} to ${bytes.max} bytes`;
  return `${KEY_WORDS[encoding]}${length}${prefix === '' ? '' : ` after \`${prefix}\``}`;
}

function optionTable(provider: Provider): string[] {
  const { properties } = entrySchema(provider) as { properties: JsonObject };
  const own = Object.entries(properties).filter(([name]) => !['type', 'provider', 'secrets'].includes(name));
  if (own.length === 0) return [];
  const schema = { properties: Object.fromEntries(own), required: [...provider.options.required] };
  return [configTable(schema)];
}

function sampleText({ sample: { headers, body } }: Provider): string[] {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [
    'A request before it is signed:',
    `\`\`\`http\n${[...lines, ...(body === '' ? [] : ['', shown(body)])].join('\n')}\n\`\`\``,
  ];
}

/** JSON over several lines; it is the same event, and its bytes are signed as they are sent. */
function shown(body: string): string {
  try {
    const parsed = JSON.parse(body) as unknown;
    return Array.isArray(parsed) || isJsonObject(parsed as JsonObject) ? JSON.stringify(parsed, null, 2) : body;
  } catch {
    return body;
  }
}
