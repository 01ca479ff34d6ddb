import { ROLES, type CreateTokenRequest, type Role } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsIn, IsString, MaxLength } from 'class-validator';

@RequestOf('CreateTokenRequest')
export class CreateTokenDto implements CreateTokenRequest {
  @IsString()
  @MaxLength(64)
  name!: string;

  @IsIn(ROLES)
  role!: Role;
}
