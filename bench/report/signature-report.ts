import type { SignatureNumbers } from '../signatures/signature-numbers.js';
import { markdownTable } from './markdown-table.js';

/** What verifying costs, the dearest preset last. */
export function signatureReport({ verifyUs }: SignatureNumbers): string {
  const rows = Object.entries(verifyUs)
    .toSorted(([, a], [, b]) => a.us - b.us)
    .map(([name, { us, bytes }]) => [name, us.toFixed(1), String(bytes)]);
  return `\n## One signature verified\n\n${markdownTable(['preset', 'CPU us', 'bytes of the body'], rows)}`;
}
