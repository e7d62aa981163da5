/** Name of the one queue: every job is an execution to run. */
export const EXECUTIONS_QUEUE = 'executions';
