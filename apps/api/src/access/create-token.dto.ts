import { ROLES, USER_PATTERN, type CreateTokenRequest, type Role } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsIn, IsString, MaxLength } from 'class-validator';

@RequestOf('CreateTokenRequest', { name: { type: 'string', pattern: USER_PATTERN.source } })
export class CreateTokenDto implements CreateTokenRequest {
  @IsString()
  @MaxLength(64)
  name!: string;

  @IsIn(ROLES)
  role!: Role;
}
