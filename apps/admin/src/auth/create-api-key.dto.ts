import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length } from 'class-validator';
import type { Role } from '#storage';
import { ROLES } from './roles.js';

export class CreateApiKey {
  @ApiProperty({ type: String, minLength: 1, maxLength: 100, example: 'deploy pipeline' })
  @IsString()
  @Length(1, 100)
  name!: string;

  @ApiProperty({ enum: ROLES, enumName: 'Role' })
  @IsIn(ROLES, { message: `role must be one of ${ROLES.join(', ')}` })
  role!: Role;
}
