/** Executions looked at in one statement of the dispatcher; also the most that it hands to the queue at once. */
export const PAGE = 1_000;
