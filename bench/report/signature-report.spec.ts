import { describe, expect, it } from '@jest/globals';
import { signatureReport } from './signature-report.js';

describe('the report of signatures', () => {
  it('lists the presets by what they cost', () => {
    const report = signatureReport({ verifyUs: { slow: { us: 80.26, bytes: 8192 }, quick: { us: 9.94, bytes: 100 } } });
    const lines = report.split('\n').filter((line) => /quick|slow/.test(line));
    expect(lines[0]).toMatch(/quick.* 9\.9 .* 100 /);
    expect(lines[1]).toMatch(/slow.* 80\.3 .* 8192 /);
  });
});
