import type { JobMember } from '#queue';
import type { ExecuteWorkflow } from '../execution/execute-workflow.js';
import type { NodeTests } from './node-tests.js';

type Runner = Pick<ExecuteWorkflow, 'run' | 'yieldAll'>;

/** Jobs of node tests go to `tests`, all others to `workflow`. */
export function withNodeTests(workflow: Runner, tests: Pick<NodeTests, 'run'>): Runner {
  return {
    run: (member: JobMember, handover) =>
      member.nodeTest === true ? tests.run(member.executionId) : workflow.run(member, handover),
    yieldAll: () => workflow.yieldAll(),
  };
}
