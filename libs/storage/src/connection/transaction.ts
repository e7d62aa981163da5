/**
 * One open transaction. A statement that fails makes it worthless: nothing more may be asked of it, and it is rolled
 * back. Errors come as the driver gave them; `Database.transaction` makes storage errors of them.
 */
export interface Transaction {
  query<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** Calls back once it is committed, never when it was rolled back; what the callback throws is lost. */
  afterCommit?(callback: () => void): void;
}

/** On whose behalf a node writes. */
export interface WriteOrigin {
  executionId: string;
  workflowId: number;
  mode: 'async' | 'sync';
  nodeRunId: string;
  nodeKey: string;
  /** Workflows whose executions led here, this one's last: an execution that a write starts gets it as its `stack`. */
  stack: readonly number[];
}
