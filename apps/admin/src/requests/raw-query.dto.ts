import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

const FLAGS = ['true', 'false'];

export class RawQuery {
  @ApiPropertyOptional({
    enum: FLAGS,
    description: 'true: what was parsed, decoded or decrypted, instead of what came',
  })
  @IsOptional()
  @IsIn(FLAGS, { message: 'content must be true or false' })
  content?: string;
}
