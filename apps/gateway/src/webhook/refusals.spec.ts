import { describe, expect, it } from '@jest/globals';
import { Refusal } from './refusal.js';
import { refusals, type RefusalCode } from './refusals.js';

describe('the catalogue of refusals', () => {
  it.each(Object.entries(refusals))('says of %s what it is and what to do', (code, entry) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.detail).toMatch(/^[A-Z].*\.$/);
  });

  it.each(Object.entries(refusals).filter(([, entry]) => entry.status === 503))(
    'tells when to try %s again',
    (code) => {
      expect(new Refusal(code as RefusalCode).toReply('id').headers['retry-after']).toMatch(/^\d+$/);
    },
  );

  it('caps the faults it tells', () => {
    const faults = Array.from({ length: 1_000 }, (_, at) => `/${at}: wrong`);
    const body = JSON.parse(new Refusal('invalid_body', { faults }).toReply('id').body) as { faults: string[] };
    expect(body.faults).toHaveLength(20);
  });
});
