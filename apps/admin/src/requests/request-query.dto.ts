import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import { TimeQuery } from '../http/time-query.dto.js';

/** A header's name (RFC 9110 token), a colon and a value, or the name alone. */
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}(?::[^]{0,1024})?$/;

const SCAN =
  'newest first, in a range of at most 31 days that `from` and `to` state; the answer says how far it looked';
const REFUSALS = 'of refused requests, unless `verdict` says otherwise';

/** Digits become a number; anything else is left for the validator to refuse. */
function toWhole(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value;
}

const VERDICTS = ['accepted', 'duplicate', 'filtered', 'handshake', 'refused'];

export class RequestQuery extends TimeQuery {
  @ApiPropertyOptional({ enum: VERDICTS })
  @IsOptional()
  @IsIn(VERDICTS, { message: `verdict must be one of ${VERDICTS.join(', ')}` })
  verdict?: string;

  @ApiPropertyOptional({ type: String, description: "the sender's own id of the delivery" })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  deliveryId?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 18, description: `the gate that decided, ${REFUSALS}` })
  @IsOptional()
  @Transform(({ value }) => toWhole(value))
  @IsInt({ message: 'gate must be a whole number' })
  @Min(1)
  @Max(18)
  gate?: number;

  @ApiPropertyOptional({ type: String, description: `the code of the refusal, ${REFUSALS}` })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  reason?: string;

  @ApiPropertyOptional({
    type: String,
    description: `\`name:value\` for a header with exactly this value, \`name\` for one that is there; looked for ${SCAN}`,
  })
  @IsOptional()
  @Matches(HEADER, { message: 'header must be a name, or name:value' })
  header?: string;

  @ApiPropertyOptional({
    type: String,
    description:
      '`path=value` for a value in the JSON body (a number as it was written), `path` for one that is there; looked for ' +
      SCAN,
  })
  @IsOptional()
  @IsString({ message: 'json must be a path, or path=value' })
  @Length(1, 2048)
  json?: string;

  @ApiPropertyOptional({ type: String, description: `name of the secret that matched; looked for ${SCAN}` })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  secret?: string;

  @ApiPropertyOptional({ type: String, description: `address of the sender; looked for ${SCAN}` })
  @IsOptional()
  @IsString()
  @Length(1, 45)
  ip?: string;
}
