import {
  providers,
  signMessage,
  verifySignature,
  type FetchKey,
  type SignatureEntry,
  type SignatureVector,
  type SignedMessage,
} from '#signatures';
import type { SignatureNumbers, SignatureOrder } from './signature-numbers.js';

const URL_OF_HOOK = 'https://hooks.example.test/api/webhooks/bench';
/** Verified in a row before the clock is read again. */
const BATCH = 50;
const LARGE = Buffer.from(JSON.stringify({ id: 'evt_1', type: 'order.paid', note: 'x'.repeat(8_140) }));

interface Case {
  name: string;
  entry: SignatureEntry;
  message: SignedMessage;
  fetchKey: FetchKey;
}

/** Measures the presets in this very process, which should do nothing else. */
export async function measureSignatures({ seconds }: SignatureOrder): Promise<SignatureNumbers> {
  const vectors = [...providers.values()].map(({ name, vectors: [first] }) => caseOf(name, first!));
  const verifyUs: SignatureNumbers['verifyUs'] = {};
  for (const one of [...vectors, largeCase()]) {
    await costOf(one, seconds / 4);
    verifyUs[one.name] = { us: await costOf(one, seconds), bytes: one.message.rawBody.length };
  }
  return { verifyUs };
}

/** The first vector of a preset: a request that its sender, or its official library, signed. */
function caseOf(name: string, vector: SignatureVector): Case {
  return {
    name,
    entry: { provider: name, ...vector.entry },
    message: {
      method: vector.method ?? 'POST',
      url: vector.url ?? URL_OF_HOOK,
      headers: vector.headers,
      rawBody: Buffer.from(vector.body),
      now: vector.at === null ? new Date() : new Date(vector.at),
    },
    fetchKey: (url) => Promise.resolve(vector.keys?.[url] === undefined ? null : Buffer.from(vector.keys[url])),
  };
}

function largeCase(): Case {
  const entry = { provider: 'github', secrets: ['a secret of the benchmark'] };
  const now = new Date();
  const { method, url, headers, body } = signMessage(
    entry,
    { method: 'POST', url: URL_OF_HOOK, headers: {}, body: LARGE },
    now,
  );
  const message = { method, url, headers, rawBody: body, now };
  return { name: 'github, 8 KB', entry, message, fetchKey: () => Promise.resolve(null) };
}

/** @throws Error when the vector does not verify: a refusal would be measured otherwise */
async function verifyOnce({ name, entry, message, fetchKey }: Case): Promise<void> {
  // A new object over the same bytes, so that nothing remembers what the last one held.
  const pending = verifySignature(entry, { ...message, rawBody: Buffer.from(message.rawBody) }, fetchKey);
  const verdict = pending instanceof Promise ? await pending : pending;
  if (!verdict.ok) throw new Error(`${name} refuses its vector: ${verdict.reason}`);
}

async function costOf(one: Case, seconds: number): Promise<number> {
  const used = process.cpuUsage();
  const end = performance.now() + seconds * 1000;
  let runs = 0;
  do {
    for (let n = 0; n < BATCH; n += 1) await verifyOnce(one);
    runs += BATCH;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(used);
  return (user + system) / runs;
}
