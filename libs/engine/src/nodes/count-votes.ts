import type { TaskState } from '../contract/ports.js';

/** Which actions count for and against, and how many of each decide. */
export interface VoteRule {
  yes: string;
  no: string;
  /** Decides alone. */
  veto?: string;
  yesAt: number;
  noAt: number;
}

export interface Votes {
  /** Null while it is open. */
  verdict: 'yes' | 'no' | 'veto' | null;
  yes: number;
  no: number;
  /** The submission that decided. */
  decider: TaskState | null;
}

/**
 * Counts submitted tasks in the order they came, and stops at the one that decides: whoever submits before the others'
 * tasks are closed changes nothing. Submissions with other actions (a task handed on) do not count.
 */
export function countVotes(tasks: readonly TaskState[], rule: VoteRule): Votes {
  const votes: Votes = { verdict: null, yes: 0, no: 0, decider: null };
  for (const task of tasks) {
    if (task.status !== 'done') continue;
    if (task.action === rule.yes) votes.yes += 1;
    if (task.action === rule.no) votes.no += 1;
    votes.verdict = verdictOf(votes, task, rule);
    if (votes.verdict !== null) return { ...votes, decider: task };
  }
  return votes;
}

function verdictOf({ yes, no }: Votes, { action }: TaskState, rule: VoteRule): Votes['verdict'] {
  if (rule.veto !== undefined && action === rule.veto) return 'veto';
  if (yes >= rule.yesAt) return 'yes';
  return no >= rule.noAt ? 'no' : null;
}
