import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { ENDINGS, OPEN_STATUSES } from '#engine';
import { TimeQuery } from '../http/time-query.dto.js';

const STATUSES = [...OPEN_STATUSES, ...ENDINGS];

export class ExecutionQuery extends TimeQuery {
  @ApiPropertyOptional({ enum: STATUSES })
  @IsOptional()
  @IsIn(STATUSES, { message: `status must be one of ${STATUSES.join(', ')}` })
  status?: string;
}
