import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  IsBoolean,
  IsDate,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { ENDINGS, type Ending } from '#engine';
import { parseTime } from '../http/time-query.dto.js';

type Failure = Exclude<Ending, 'resolved'>;

const VERDICTS = ['accepted', 'duplicate', 'filtered', 'refused'] as const;
const FAILURES = ENDINGS.filter((ending): ending is Failure => ending !== 'resolved');
const VERSIONS = ['same', 'current'] as const;

/** Above it one worker could not keep up anyway. */
const RATE_MAX = 10_000;

const TIME = { message: '$property must be an ISO 8601 time such as 2026-01-31T08:00:00Z' };

/** What both filters take: a workflow, a range of time. One of them has to be given. */
class ReplayFilter {
  @ApiPropertyOptional({ type: String, description: 'key of a workflow' })
  @IsOptional()
  @IsString()
  @MaxLength(63)
  workflow?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'from this time on' })
  @IsOptional()
  @Transform(({ value }) => parseTime(value))
  @IsDate(TIME)
  from?: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'before this time' })
  @IsOptional()
  @Transform(({ value }) => parseTime(value))
  @IsDate(TIME)
  to?: Date;
}

export class ReplayRequests extends ReplayFilter {
  @ApiPropertyOptional({ enum: VERDICTS, default: 'accepted', description: 'refused: those refused for their content' })
  @IsOptional()
  @IsIn(VERDICTS, { message: `verdict must be one of ${VERDICTS.join(', ')}` })
  verdict?: (typeof VERDICTS)[number];

  @ApiPropertyOptional({ type: String, description: "the sender's own id of the delivery" })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  deliveryId?: string;
}

export class ReplayExecutions extends ReplayFilter {
  @ApiPropertyOptional({ enum: FAILURES, description: 'every ending but resolved, unless one is named' })
  @IsOptional()
  @IsIn(FAILURES, { message: `status must be one of ${FAILURES.join(', ')}` })
  status?: Failure;
}

export class CreateReplay {
  @ApiPropertyOptional({ type: ReplayRequests, description: 'these run again, each with the current version' })
  @IsOptional()
  @IsObject({ message: 'requests must be an object' })
  @ValidateNested()
  @Type(() => ReplayRequests)
  requests?: ReplayRequests;

  @ApiPropertyOptional({ type: ReplayExecutions, description: 'or: these are retried' })
  @IsOptional()
  @IsObject({ message: 'executions must be an object' })
  @ValidateNested()
  @Type(() => ReplayExecutions)
  executions?: ReplayExecutions;

  @ApiPropertyOptional({ type: String, default: 'start', description: 'of executions: start, or the key of a node' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  from?: string;

  @ApiPropertyOptional({ enum: VERSIONS, default: 'same', description: 'of executions: the version they run with' })
  @IsOptional()
  @IsIn(VERSIONS, { message: `version must be one of ${VERSIONS.join(', ')}` })
  version?: (typeof VERSIONS)[number];

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: RATE_MAX, description: 'a second; default REPLAY_RATE' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(RATE_MAX)
  rate?: number;

  @ApiPropertyOptional({ type: Boolean, default: false, description: 'only tell how many there are' })
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;
}
