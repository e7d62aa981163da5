import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';

/** What a retry begins with unless a node is named. */
export const FROM_START = 'start';

const VERSIONS = ['same', 'current'] as const;

export class RetryExecution {
  @ApiPropertyOptional({
    type: String,
    default: FROM_START,
    description: 'start, or the key of a node that was visited: what came before it is not done again',
  })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  from?: string;

  @ApiPropertyOptional({ enum: VERSIONS, default: 'same', description: 'of the workflow' })
  @IsOptional()
  @IsIn(VERSIONS, { message: `version must be one of ${VERSIONS.join(', ')}` })
  version?: (typeof VERSIONS)[number];
}
