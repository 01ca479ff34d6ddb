import type { LoginRequest } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';

@RequestOf('LoginRequest')
export class LoginDto implements LoginRequest {
  @IsString()
  @IsNotEmpty()
  @MaxLength(512)
  token!: string;
}
