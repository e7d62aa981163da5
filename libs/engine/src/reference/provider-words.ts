import type { Handshake, HandshakeMatch, Scheme, SignedBytesScheme, ValueSource } from '#signatures';

/** Where a value stands, as it is written in the documentation. */
export function sourceText(source: ValueSource): string {
  if ('header' in source) return `the header \`${source.header}\``;
  if ('query' in source) return `the query parameter \`${source.query}\``;
  if ('form' in source) return `the form field \`${source.form}\``;
  if ('json' in source) return `\`${source.json}\` of the JSON body`;
  if ('xml' in source) return `\`${source.xml}\` of the XML body`;
  if ('all' in source) return `${source.all.map(sourceText).join(' and ')}, together`;
  if ('first' in source) return `${source.first.map(sourceText).join(', else ')}`;
  const list =
    source.each === '' ? 'of every entry of the JSON body' : `of every entry of \`${source.each}\` of the body`;
  return `${source.item.map((name) => `\`${name}\``).join(', ')} ${list}`;
}

const UNITS_MS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** Milliseconds in the largest unit that takes them without a remainder; hours about, where it would be seconds. */
export function durationText(ms: number): string {
  if (ms > 7_200_000 && ms % 60_000 !== 0) return `about ${Math.round(ms / 3_600_000)} hours`;
  const [name, unit] = UNITS_MS.find(([, size]) => ms >= size && ms % size === 0) ?? ['millisecond', 1];
  const count = ms / unit;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** What is signed, where it stands and how it is written, one line each. */
export function schemeFacts(scheme: Scheme): string[] {
  return scheme.kind === 'signed-bytes' ? signedBytesFacts(scheme) : FACTS[scheme.kind](scheme as never);
}

type Facts = { [K in Exclude<Scheme['kind'], 'signed-bytes'>]: (scheme: Extract<Scheme, { kind: K }>) => string[] };

/** Schemes whose form is a standard's or a provider's own; their numbers are options of the entry. */
const FACTS: Facts = {
  token: ({ from, word }) => [
    `Token: ${from === null ? 'where the entry says, `header` or `query`' : sourceText(from)}${word === undefined ? '' : `, after the word \`${word}\` where it is a header`}.`,
    'Signed bytes: none; the token covers neither body nor time.',
  ],
  basic: () => [
    'Header: `authorization`, HTTP Basic.',
    'Signed bytes: none; the password covers neither body nor time.',
  ],
  jwt: () => [
    'Header: `authorization`, after the word `Bearer`.',
    'Signed bytes: the token itself; not the body.',
    'Tolerance: `leeway` for `exp`, `nbf` and `iat`.',
  ],
  'configured-hmac': () => [
    'Header: `header`, default `x-signature`; the time in `timestampHeader`.',
    'Signed bytes: `signedBytes`, default `{raw}`.',
    'Encoding: `encoding`, after `prefix`.',
    'Tolerance: `tolerance` seconds, older or newer, where a time is signed.',
  ],
  'message-signature': () => [
    'Headers: `signature`, `signature-input`, `content-digest`.',
    'Signed bytes: the signature base of RFC 9421 over the covered components.',
    'Encoding: base64 as in RFC 8941.',
    'Tolerance: `tolerance` seconds around `created`, older or newer; `expires` is kept to.',
  ],
  sns: ({ certificates }) => [
    'Signature: `Signature` of the JSON body.',
    'Signed bytes: the fields of the message that SNS signs, by name, each as name and value, a line each.',
    'Encoding: base64.',
    `Key: the certificate at \`SigningCertURL\`, from hosts that match \`${certificates.host ?? 'any'}\` only.`,
    'Tolerance: `tolerance` seconds older, 300 newer.',
  ],
  'signed-items': () => [
    'Signature: in every entry of the body.',
    'Signed bytes: some fields of the entry, joined by colons. All entries must verify.',
    'Encoding: base64.',
  ],
  'encrypted-callback': () => [
    'Signature: the query parameter `msg_signature`.',
    'Signed bytes: token, time, nonce and encrypted text, sorted and joined; SHA-1.',
    'Encoding: hex.',
    'Time: the query parameter `timestamp`, Unix seconds.',
    'Tolerance: 5 minutes older, 5 minutes newer than now.',
    'Encryption: AES-256-CBC; `$context.data` is made of the decrypted message.',
  ],
  feishu: () => [
    'Header: `x-lark-signature`.',
    'Signed bytes: time, nonce, encrypt key and raw body; SHA-256.',
    'Encoding: hex.',
    'Time: the header `x-lark-request-timestamp`, Unix seconds.',
    'Tolerance: 7 hours 15 minutes older, 5 minutes newer than now.',
    'Encryption: AES-256-CBC; `$context.data` is made of the decrypted message.',
  ],
};

const ENCODINGS = { hex: 'hexadecimal', base64: 'base64', base64url: 'base64url' } as const;

function signedBytesFacts(scheme: SignedBytesScheme): string[] {
  const { signature, signedBytes, timestamp, nonce, id, keyId } = scheme;
  const bytes = JSON.stringify(signedBytes).slice(1, -1);
  return [
    `Signature: ${sourceText(signature)}, ${grammarText(scheme)}.`,
    `Algorithm: ${[...new Set(scheme.keys.map((key) => key.algorithm))].join(', ')}.`,
    `Signed bytes: \`${bytes}\`${urlText(scheme)}.`,
    ...(timestamp === null
      ? ['Tolerance: no time is signed; whoever captured a request can send it again at any time.']
      : [
          `Time: ${timestamp.from === null ? `\`${timestampName(scheme)}\` beside the signature` : sourceText(timestamp.from)}, ${TIME_UNITS[timestamp.unit]}.`,
          `Tolerance: ${durationText(timestamp.past * 1000)} older, ${durationText(timestamp.future * 1000)} newer than now.`,
        ]),
    ...(nonce === null ? [] : [`Nonce: ${sourceText(nonce)}.`]),
    ...(id === null ? [] : [`Id that is signed: ${sourceText(id)}.`]),
    ...(keyId === null ? [] : [`Name of the key: ${sourceText(keyId)}.`]),
  ];
}

const TIME_UNITS = { s: 'Unix seconds', ms: 'Unix milliseconds', rfc3339: 'RFC 3339' } as const;

function timestampName({ grammar }: SignedBytesScheme): string {
  return (grammar.kind === 'pairs' ? grammar.timestamp : null) ?? 'timestamp';
}

function grammarText({ grammar, encoding, keys }: SignedBytesScheme): string {
  const written = ENCODINGS[encoding];
  const labels = [...new Set(keys.map(({ label }) => `\`${label}\``))].join(' or ');
  if (grammar.kind === 'pairs') return `${written}, in pairs named ${labels}`;
  if (grammar.kind === 'versions') return `${written}, each after its version ${labels} and a comma`;
  return grammar.prefix === '' ? written : `${written}, after \`${grammar.prefix}\``;
}

/** Which URL, where one is signed: most refusals come from there. */
function urlText({ signedBytes, url, bodyHash }: SignedBytesScheme): string {
  if (!signedBytes.includes('{url}')) return '';
  const port = url === 'either-port' ? ', with or without the default port' : '';
  const escapes = url === 'decoded' ? ', some escapes undone' : '';
  const hash = bodyHash === undefined ? '' : `; the hash of the body is ${sourceText(bodyHash.from)}, when it is sent`;
  return `. The URL is \`HOOKMILL_PUBLIC_URL\`, path and query, or \`url\` of the entry${port}${escapes}${hash}`;
}

/** When a handshake is meant, who proves it, and what is answered. */
export function handshakeText({ unsigned, match, answer }: Handshake): string {
  const proof = unsigned ? 'before the signature' : 'signed';
  return `${matchText(match)} (${proof}): ${answerText(answer)}`;
}

function matchText({ method, header, query, json }: HandshakeMatch): string {
  const equal = (value: unknown): string => (value === undefined ? '' : ` \`${String(value)}\``);
  const parts = [
    ...(method === undefined ? [] : [`method \`${method}\``]),
    ...(header === undefined ? [] : [`header \`${header.name}\`${equal(header.equals)}`]),
    ...(query === undefined ? [] : [`query parameter \`${query}\``]),
    ...(json === undefined ? [] : [`\`${json.path}\` of the body${equal(json.equals)}`]),
  ];
  return parts.join(', ');
}

function answerText(answer: Handshake['answer']): string {
  switch (answer.kind) {
    case 'fixed':
      return `answered ${answer.reply.status}${answer.reply.body === '' ? '' : ` \`${answer.reply.body}\``}.`;
    case 'echo':
      return echoText(answer);
    case 'decrypted-echo':
      return `${sourceText(answer.value)} is decrypted and sent back as text.`;
    case 'secret-delivery':
      return `${sourceText(answer.value)} is the secret; it is kept while there is none, never overwritten.`;
    case 'confirm-subscription':
      return `the subscription is confirmed by a GET of ${sourceText(answer.url)}, on hosts that match \`${answer.rule.host ?? 'any'}\` only.`;
    case 'grant-origin':
      return 'the origin is granted when `allowedOrigins` holds it or `*`.';
  }
}

function echoText({ value, as, token }: Extract<Handshake['answer'], { kind: 'echo' }>): string {
  const form = as === 'text' ? 'as text' : `as \`${as.json}\` of a JSON object`;
  const proof = token === null ? '' : ` when ${sourceText(token.value)} is the option \`${token.option}\``;
  return `${sourceText(value)} is sent back ${form}${proof}.`;
}
