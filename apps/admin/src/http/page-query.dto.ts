import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, MaxLength } from 'class-validator';

export const PAGE_DEFAULT = 50;
export const PAGE_MAX = 200;

/** A whole number is brought into 1 to 200; anything else is left for the validator to refuse. */
export function clampLimit(value: unknown): unknown {
  if (typeof value !== 'string' || !/^-?\d{1,15}$/.test(value)) return value;
  return Math.min(PAGE_MAX, Math.max(1, Number(value)));
}

/** What every list takes. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT })
  @Transform(({ value }) => clampLimit(value))
  @IsInt({ message: 'limit must be a whole number' })
  limit: number = PAGE_DEFAULT;

  @ApiPropertyOptional({ type: String, description: 'nextCursor of the page before' })
  @IsOptional()
  @IsString({ message: 'cursor must be given once' })
  @MaxLength(500)
  cursor?: string;
}
