import type { Transaction } from '../connection/transaction.js';
import type { QueuedExecution } from '../contract.js';

type Listener = (executions: readonly QueuedExecution[]) => void;

/** Tells this process of executions that its own transactions added, once they are committed. */
export class StartedExecutions {
  private listener: Listener = () => undefined;

  onStarted(listener: Listener): void {
    this.listener = listener;
  }

  /** A transaction that cannot tell its commit leaves them to the dispatcher. */
  announce(transaction: Transaction, executions: readonly QueuedExecution[]): void {
    if (executions.length > 0) transaction.afterCommit?.(() => this.listener(executions));
  }
}
