import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { TimeQuery } from '../http/time-query.dto.js';

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
}
