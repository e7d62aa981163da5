import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ADMIN_STORAGE } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { Summary } from '../http/summary.decorator.js';
import { RefusalQuery } from './refusal-query.dto.js';

const DAY_MS = 86_400_000;

/** A literal beside `requests/:id`, which is only ever a UUID: the router takes the literal first. */
@ApiTags('requests')
@Controller('api/v1/requests/refusals')
export class RefusalsController {
  constructor(@Inject(ADMIN_STORAGE) private readonly storage: AdminStorage) {}

  @Get()
  @Summary('Count refusals by workflow, gate and reason')
  @Requires('viewer')
  @Answers(200, 'Refusals', 'the most frequent first, those beyond the rate of the log too')
  @Refuses([400, 'a query parameter is not valid'])
  async count(@Query() query: RefusalQuery) {
    const to = query.to ?? new Date();
    const from = query.from ?? new Date(to.getTime() - DAY_MS);
    const { items, complete } = await this.storage.history.countRefusals({ workflow: query.workflow, from, to });
    return { items, nextCursor: null, from, to, complete };
  }
}
