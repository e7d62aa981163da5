import type { JsonObject } from '#shared';
import { eventually } from './eventually.js';
import type { TaskAnswer } from './scene.js';
import type { Stage } from './stage.js';

/** Does what a person would do about the task of an execution. @returns what was not as expected */
export async function answerTask(answer: TaskAnswer, executionId: string, stage: Stage): Promise<string[]> {
  const { assignee, action, values = {}, comment = null } = answer;
  const list = await eventually(
    () => stage.read(`/tasks?execution=${executionId}&status=open`),
    (found) => tasksIn(found).length > 0,
  );
  const task = tasksIn(list).find((one) => one['assignee'] === assignee);
  if (task === undefined) return [`expected a task for ${assignee}`];
  stage.print(`    task       "${String(task['title'])}" for ${assignee}`);
  await stage.send('POST', `/tasks/${String(task['id'])}/submit`, { action, values, comment });
  const said = comment === null ? JSON.stringify(values) : `"${comment}"`;
  stage.print(`    answered   ${action} ${said}`);
  return [];
}

function tasksIn(list: JsonObject | null): JsonObject[] {
  return (list?.['items'] ?? []) as JsonObject[];
}
