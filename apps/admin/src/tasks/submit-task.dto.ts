import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import type { JsonObject } from '#shared';

export class SubmitTask {
  @ApiProperty({ type: String, description: "one of the task's actions" })
  @IsString()
  @Length(1, 100)
  action!: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    default: {},
    description: "checked against the task's form; a draft is not, and a rejection may come without",
  })
  @IsOptional()
  @IsObject({ message: 'values must be an object' })
  values?: JsonObject;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 10_000 })
  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  comment?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 200, description: 'who gets it, for delegate' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  delegateTo?: string | null;
}
