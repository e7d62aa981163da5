import { parseArgs } from 'node:util';
import { scenarios } from './scenarios.js';
import type { Queue, Scenario } from './scenarios.js';

export interface BenchOptions {
  /** One part alone (the scenarios include their limits), or null for all. */
  only: BenchPart | null;
  /** With the queue that was asked for. */
  scenarios: Scenario[];
  /** One closed loop each. */
  connections: number[];
  /** Requests per second of the open loop; null = none. */
  rate: number | null;
  /** Of load in each run. */
  seconds: number;
  /** Runs of the same kind; their median is reported. */
  repeat: number;
  /** CHUNK_SIZE of all processes; null = the product's default. */
  chunkSize: number | null;
  /** File for everything that was measured; null = none. */
  json: string | null;
}

/** What `--only` may name. */
export type BenchPart = 'engine' | 'signatures' | 'scenarios';

const PARTS: readonly BenchPart[] = ['engine', 'signatures', 'scenarios'];
const QUEUES: readonly string[] = ['redis', 'postgres'] satisfies Queue[];

/** @throws Error that says what an option may be */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      scenario: { type: 'string' },
      connections: { type: 'string', default: '1,10,50,100,200' },
      rate: { type: 'string', default: '500' },
      seconds: { type: 'string', default: '8' },
      repeat: { type: 'string', default: '1' },
      queue: { type: 'string' },
      'chunk-size': { type: 'string' },
      json: { type: 'string' },
    },
  });
  const chunkSize = values['chunk-size'];
  return {
    only: partOf(values.only),
    scenarios: chosenScenarios(values.scenario, values.queue),
    connections: values.connections.split(',').map((text) => positive('connections', text)),
    rate: values.rate === '0' ? null : positive('rate', values.rate),
    seconds: positive('seconds', values.seconds),
    repeat: positive('repeat', values.repeat),
    chunkSize: chunkSize === undefined ? null : positive('chunk-size', chunkSize),
    json: values.json ?? null,
  };
}

function partOf(name: string | undefined): BenchPart | null {
  if (name === undefined) return null;
  const found = PARTS.find((part) => part === name);
  if (found === undefined) throw new Error(`--only is one of ${PARTS.join(', ')}`);
  return found;
}

function chosenScenarios(names: string | undefined, queue: string | undefined): Scenario[] {
  if (queue !== undefined && !QUEUES.includes(queue)) throw new Error(`--queue is one of ${QUEUES.join(', ')}`);
  const chosen = names === undefined ? scenariosFor(queue) : names.split(',').map(scenarioCalled);
  return chosen.map((scenario) => ({ ...scenario, queue: (queue as Queue | undefined) ?? scenario.queue }));
}

/** The embedded scenario is the async one on another queue: with one queue for all it would be the same twice. */
function scenariosFor(queue: string | undefined): readonly Scenario[] {
  return queue === undefined ? scenarios : scenarios.filter(({ name }) => name !== 'embedded');
}

function scenarioCalled(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name || scenario.letter === name);
  if (!found) throw new Error(`--scenario: of ${scenarios.map((one) => `${one.letter} (${one.name})`).join(', ')}`);
  return found;
}

function positive(option: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${option}: "${text}" is not a whole number above 0`);
  return Number(text);
}
