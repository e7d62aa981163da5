import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from '../http/page-query.dto.js';

const FLAGS: Record<string, boolean> = { true: true, false: false, '': true };

export class NotificationQuery extends PageQuery {
  @ApiPropertyOptional({ type: String, description: 'whom they are for' })
  @IsOptional()
  @IsString({ message: 'to must be given once' })
  @MaxLength(500)
  to?: string;

  @ApiPropertyOptional({ type: Boolean, default: false, description: 'only those that were not read' })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? (FLAGS[value] ?? value) : value))
  @IsBoolean({ message: 'unread must be true or false' })
  unread: boolean = false;
}
