import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsDate, IsOptional, IsString, Length } from 'class-validator';
import { parseTime } from '../http/time-query.dto.js';

export const SECRET_MAX_LENGTH = 64 * 1024;

const words = { message: '$property must be an ISO 8601 time such as 2026-01-31T08:00:00Z' };

export class PutSecret {
  @ApiProperty({ type: String, writeOnly: true, minLength: 1, maxLength: SECRET_MAX_LENGTH })
  @IsString()
  @Length(1, SECRET_MAX_LENGTH)
  value!: string;

  @ApiPropertyOptional({ type: String, nullable: true, format: 'date-time', description: 'not in force before' })
  @IsOptional()
  @Transform(({ value }) => parseTime(value))
  @IsDate(words)
  notBefore?: Date | null;

  @ApiPropertyOptional({ type: String, nullable: true, format: 'date-time', description: 'not in force from then on' })
  @IsOptional()
  @Transform(({ value }) => parseTime(value))
  @IsDate(words)
  notAfter?: Date | null;
}
