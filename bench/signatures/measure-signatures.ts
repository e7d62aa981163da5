import { providers, signMessage, verifySignature, type FetchKey, type SignatureVerdict } from '#signatures';
import { signingEntries } from './signing-entries.js';
import type { SignatureNumbers, SignatureOrder } from './signature-numbers.js';

const URL_OF_HOOK = 'https://hooks.example.test/api/webhooks/bench';
/** Verified in a row before the clock is read again. */
const BATCH = 50;

/** Measures the presets in this very process, which should do nothing else. */
export async function measureSignatures({ seconds }: SignatureOrder): Promise<SignatureNumbers> {
  const verifyUs: SignatureNumbers['verifyUs'] = {};
  for (const name of providers.keys()) {
    const verify = verifierOf(name);
    await costOf(verify.run, seconds / 4);
    verifyUs[name] = { us: await costOf(verify.run, seconds), bytes: verify.bytes };
  }
  return { verifyUs };
}

/** @throws Error when what was signed does not verify: a refusal would be measured otherwise */
function verifierOf(name: string): { run: () => Promise<void>; bytes: number } {
  const { entry, body, headers, keys } = signingEntries(name);
  const now = new Date();
  const unsigned = { method: 'POST', url: URL_OF_HOOK, headers: { ...headers }, body };
  const request = signMessage(entry, unsigned, now);
  const message = { method: 'POST', url: request.url, headers: request.headers, rawBody: request.body, now };
  const fetchKey: FetchKey = (url) => Promise.resolve(keys[url] ?? null);
  const check = (verdict: SignatureVerdict): void => {
    if (!verdict.ok) throw new Error(`${name} refuses what it signed: ${verdict.reason}`);
  };
  const run = async (): Promise<void> => {
    for (let n = 0; n < BATCH; n += 1) {
      // A new object over the same bytes, so that nothing remembers the body of the last one.
      const verdict = verifySignature(entry, { ...message, rawBody: Buffer.from(message.rawBody) }, fetchKey);
      check(verdict instanceof Promise ? await verdict : verdict);
    }
  };
  return { run, bytes: request.body.length };
}

async function costOf(run: () => Promise<void>, seconds: number): Promise<number> {
  const used = process.cpuUsage();
  const end = performance.now() + seconds * 1000;
  let runs = 0;
  do {
    await run();
    runs += BATCH;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(used);
  return (user + system) / runs;
}
