import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsArray, IsObject, IsOptional, IsString } from 'class-validator';
import type { JsonObject } from '#shared';
import { isDeeperThan } from '../http/body-parsers.js';
import { PageQuery } from '../http/page-query.dto.js';

/** Deeper ones are attacks on the stack: a filter may join 20 levels, and JSON values have 64 everywhere. */
const MAX_DEPTH = 64;

/** Text that is no JSON, or nests too deep, is left for the validator to refuse. */
function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return isDeeperThan(parsed, MAX_DEPTH) ? value : parsed;
  } catch {
    return value;
  }
}

function splitNames(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value;
}

const filterWords = { message: 'filter must be a JSON object of at most 64 levels such as {"email":{"$eq":"a@b.c"}}' };
const sortWords = { message: 'sort must be names of fields such as -createdAt,name' };

/** What the list of a collection's records takes. */
export class RecordQuery extends PageQuery {
  @ApiPropertyOptional({
    type: String,
    description: 'JSON: {"field":{"$eq":value}}, joined by $and, $or and $not; as in query nodes',
  })
  @IsOptional()
  @Transform(({ value }) => parseJson(value))
  @IsObject(filterWords)
  filter?: JsonObject;

  @ApiPropertyOptional({ type: String, description: 'names of fields, separated by commas, -name for descending' })
  @IsOptional()
  @Transform(({ value }) => splitNames(value))
  @IsArray(sortWords)
  @IsString({ each: true, ...sortWords })
  sort?: string[];
}
