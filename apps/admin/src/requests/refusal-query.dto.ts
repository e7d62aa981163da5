import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsDate, IsOptional, IsString, MaxLength } from 'class-validator';
import { parseTime } from '../http/time-query.dto.js';

const words = { message: '$property must be an ISO 8601 time such as 2026-01-31T08:00:00Z' };

export class RefusalQuery {
  @ApiPropertyOptional({ type: String, description: 'key of a workflow' })
  @IsOptional()
  @IsString()
  @MaxLength(63)
  workflow?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'default: a day before `to`' })
  @IsOptional()
  @Transform(({ value }) => parseTime(value))
  @IsDate(words)
  from?: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'default: now' })
  @IsOptional()
  @Transform(({ value }) => parseTime(value))
  @IsDate(words)
  to?: Date;
}
