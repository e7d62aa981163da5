import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsDate, IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from './page-query.dto.js';

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A full ISO 8601 time with its zone, or a day (UTC); anything else is left for the validator to refuse. */
export function parseTime(value: unknown): unknown {
  if (typeof value !== 'string' || !ISO.test(value)) return value;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? value : time;
}

const words = { message: '$property must be an ISO 8601 time such as 2026-01-31T08:00:00Z' };

/** What the lists of history take besides: one workflow, a range of time. */
export class TimeQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, description: 'key of a workflow' })
  @IsOptional()
  @IsString()
  @MaxLength(63)
  workflow?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'from this time on' })
  @IsOptional()
  @Transform(({ value }) => parseTime(value))
  @IsDate(words)
  from?: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'before this time' })
  @IsOptional()
  @Transform(({ value }) => parseTime(value))
  @IsDate(words)
  to?: Date;
}
