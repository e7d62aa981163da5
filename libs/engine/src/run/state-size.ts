import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { EngineLimits } from '../contract/execution.js';
import type { NodeRunRecord } from '../contract/node-run.js';
import { jsonBytes } from './json-bytes.js';

/**
 * What all node runs of an execution may come to, as a multiple of its state: a loop's history is longer than its state.
 * The history is read and answered as a whole: 256 MB of it could be written, but not be read within a statement's time.
 */
const HISTORY_PER_STATE = 4;

/** Counts what an execution holds and what it records, in bytes of JSON, against RESULT_LIMITS. */
export class StateSize {
  private readonly live = new Map<string, number>();
  private held = 0;
  private recorded = 0;

  constructor(private readonly limits: Pick<EngineLimits, 'nodeResultBytes' | 'stateBytes'>) {}

  /** The result of a visit, which takes the place of the node's one before. @throws EngineError `result_too_large` */
  result(nodeKey: string, result: Json, log: string | null): void {
    const { nodeResultBytes, stateBytes } = this.limits;
    const bytes = jsonBytes(result);
    if (bytes > nodeResultBytes) throw tooLarge(`The result has ${bytes} bytes, allowed are ${nodeResultBytes}.`);
    this.keep(nodeKey, bytes);
    this.record(bytes + (log === null ? 0 : Buffer.byteLength(log)));
    if (this.held > stateBytes) throw tooLarge(`The results of this execution have more than ${stateBytes} bytes.`);
  }

  /** Bytes that are only recorded. @throws EngineError `result_too_large` */
  record(bytes: number): void {
    this.recorded += bytes;
    const most = this.limits.stateBytes * HISTORY_PER_STATE;
    if (this.recorded > most) throw tooLarge(`The node runs of this execution have more than ${most} bytes.`);
  }

  /** What an earlier attempt recorded: it was within the limits then, and counts. */
  restored({ nodeKey, input, log }: NodeRunRecord, result: Json): void {
    const bytes = jsonBytes(result);
    this.keep(nodeKey, bytes);
    this.recorded += bytes + jsonBytes(input) + (log === null ? 0 : Buffer.byteLength(log));
  }

  private keep(nodeKey: string, bytes: number): void {
    this.held += bytes - (this.live.get(nodeKey) ?? 0);
    this.live.set(nodeKey, bytes);
  }
}

function tooLarge(message: string): EngineError {
  return new EngineError('result_too_large', message);
}
