import { parseArgs } from 'node:util';
import { untilStopped } from '../../apps/local/src/until-stopped.js';
import type { Shutdown } from '../../apps/local/src/shutdown.js';
import { renderFaultReport } from './fault-report.js';
import { runFaults } from './fault-run.js';
import { FAULT_KINDS } from './schedule.js';
import type { FaultKind } from './schedule.js';
import { crashAtBoundaries } from './journal-crash.js';
import { renderJournalCrashReport } from './journal-crash-report.js';

/** Long enough for every kind of fault once. */
const DEFAULT_MINUTES = 3;
/** Events per second that two cores bear beside everything else. */
const DEFAULT_RATE = 40;

const OPTIONS = {
  minutes: { type: 'string' },
  seed: { type: 'string' },
  rate: { type: 'string' },
  only: { type: 'string' },
  workloads: { type: 'string' },
  journal: { type: 'string' },
} as const;

type Values = Partial<Record<keyof typeof OPTIONS, string>>;

/** The command `npm run test:faults`. @returns its exit code: 1 when something was violated */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS });
  const seed = positive('seed', values.seed, Math.floor(Math.random() * 1e9) + 1);
  return await untilStopped((shutdown) => (values.journal ? crashes : faults)(values, seed, shutdown));
}

async function faults(values: Values, seed: number, { signal }: Shutdown): Promise<number> {
  const report = await runFaults({
    seed,
    minutes: positive('minutes', values.minutes, DEFAULT_MINUTES),
    rate: positive('rate', values.rate, DEFAULT_RATE),
    kinds: values.only?.split(',').map(faultKind),
    workloads: values.workloads?.split(','),
    say: (line) => console.log(line),
    signal,
  });
  console.log(`\n${renderFaultReport(report)}`);
  return report.verdict.violations.length === 0 ? 0 : 1;
}

async function crashes(values: Values, seed: number, { signal }: Shutdown): Promise<number> {
  const points = positive('journal', values.journal, 0);
  const documents = values.workloads?.split(',');
  console.log(`Seed ${seed}`);
  const report = await crashAtBoundaries({ seed, points, documents, say: (line) => console.log(line), signal });
  console.log(`\n${renderJournalCrashReport(report)}`);
  return report.violations.length === 0 ? 0 : 1;
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value > 0)) throw new Error(`--${name} is a number above 0.`);
  return value;
}

function faultKind(text: string): FaultKind {
  const kind = FAULT_KINDS.find((known) => known === text);
  if (!kind) throw new Error(`--only takes some of ${FAULT_KINDS.join(', ')}, separated by commas.`);
  return kind;
}
