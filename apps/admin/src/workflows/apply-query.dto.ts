import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean } from 'class-validator';

const FLAGS: Record<string, boolean> = { true: true, false: false, '': true };

export class ApplyQuery {
  @ApiPropertyOptional({ type: Boolean, default: false, description: 'store the version, do not make it current' })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? (FLAGS[value] ?? value) : value))
  @IsBoolean({ message: 'draft must be true or false' })
  draft: boolean = false;
}
