import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, MaxLength } from 'class-validator';

export class StartApproval {
  @ApiProperty({ type: String, description: 'key of a workflow with an approval trigger on this collection' })
  @IsString({ message: 'workflow must be the key of a workflow' })
  @Length(1, 63)
  workflow!: string;

  @ApiPropertyOptional({ type: String, description: 'for the approvers' })
  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  comment?: string;
}
