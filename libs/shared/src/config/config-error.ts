import { StartFault } from '../process/start-fault.js';

/** Settings that cannot be used: every fault at once, each saying what to set. */
export class ConfigError extends StartFault {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : 'faults'}:\n${faults.map((f) => `  - ${f}`).join('\n')}`,
    );
  }
}
