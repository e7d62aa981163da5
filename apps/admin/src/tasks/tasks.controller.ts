import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TaskDetail, TaskRecord } from '#storage';
import { ADMIN_STORAGE, TASK_DESK } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { found } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import { SubmitTask } from './submit-task.dto.js';
import type { TaskDesk } from './task-desk.js';
import { TaskQuery } from './task-query.dto.js';

@ApiTags('tasks')
@Controller('api/v1/tasks')
export class TasksController {
  constructor(
    @Inject(ADMIN_STORAGE) private readonly storage: AdminStorage,
    @Inject(TASK_DESK) private readonly desk: TaskDesk,
  ) {}

  @Get()
  @Summary('List what people are asked to do')
  @Requires('viewer')
  @Answers(200, 'Tasks', 'newest first')
  @Refuses([400, 'a query parameter is not valid'])
  async list(@Query() query: TaskQuery) {
    const page = await this.storage.tasks.list({ ...query, cursor: query.cursor ?? null });
    return { items: page.items.map(taskRecord), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @Summary('Read a task with its data and values')
  @Requires('viewer')
  @Answers(200, 'TaskDetail', 'with what there is to decide on, and what was answered')
  @Refuses([404, 'unknown'])
  async read(@Param('id') id: string) {
    return taskDetail(found(await this.storage.tasks.find(id), 'task', id));
  }

  @Post(':id/submit')
  @Summary('Act on a task')
  @HttpCode(200)
  @Requires('operator')
  @Answers(200, 'TaskDetail', 'as it is now; the execution goes on when that decided it')
  @Refuses(
    [400, 'an unknown action, values that do not fit the form, or nobody to delegate to'],
    [404, 'unknown'],
    [409, 'it was answered or closed, or its execution ended'],
  )
  async submit(@Param('id') id: string, @Body() body: SubmitTask) {
    const { action, values = {}, comment = null, delegateTo = null } = body;
    return taskDetail(await this.desk.submit(id, { action, values: values ?? {}, comment, delegateTo }));
  }

  @Post(':id/read')
  @Summary('Mark a task as read')
  @HttpCode(200)
  @Requires('operator')
  @Answers(200, 'TaskDetail', 'with the time of its first reading; a cc is done then')
  @Refuses([404, 'unknown'])
  async markRead(@Param('id') id: string) {
    return taskDetail(found(await this.storage.tasks.markRead(id), 'task', id));
  }
}

/** Named fields only, so that nothing storage may add later slips out. */
function taskRecord(task: TaskRecord) {
  const { id, executionId, workflowKey, nodeRunId, nodeKey, kind, assignee, delegatedFrom, title, status } = task;
  const { form, actions, action, comment, createdAt, submittedAt, readAt } = task;
  return {
    ...{ id, executionId, workflowKey, nodeRunId, nodeKey, kind, assignee, delegatedFrom, title, status },
    ...{ form, actions, action, comment, createdAt, submittedAt, readAt },
  };
}

function taskDetail(task: TaskDetail) {
  return { ...taskRecord(task), data: task.data, values: task.values };
}
