import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { PageQuery } from '../http/page-query.dto.js';

const STATUSES = ['open', 'done', 'closed'] as const;
const KINDS = ['manual', 'approval', 'cc'] as const;

export class TaskQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, description: 'whose tasks, as the workflow names the person' })
  @IsOptional()
  @IsString({ message: 'assignee must be given once' })
  @MaxLength(200)
  assignee?: string;

  @ApiPropertyOptional({ enum: STATUSES })
  @IsOptional()
  @IsIn(STATUSES, { message: `status must be one of ${STATUSES.join(', ')}` })
  status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({ enum: KINDS })
  @IsOptional()
  @IsIn(KINDS, { message: `kind must be one of ${KINDS.join(', ')}` })
  kind?: (typeof KINDS)[number];

  @ApiPropertyOptional({ type: String, description: 'key of a workflow' })
  @IsOptional()
  @IsString({ message: 'workflow must be given once' })
  @MaxLength(63)
  workflow?: string;

  @ApiPropertyOptional({ type: String, format: 'uuid', description: 'id of an execution' })
  @IsOptional()
  @IsUUID('all', { message: 'execution must be the id of an execution' })
  execution?: string;
}
