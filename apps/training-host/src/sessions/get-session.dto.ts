import type { GetSessionQuery } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsOptional, Matches } from 'class-validator';

@RequestOf('GetSessionQuery')
export class GetSessionDto implements GetSessionQuery {
  @IsOptional()
  @Matches(/^\d{1,15}\.\d{1,15}$/, { message: 'after must be SEED.EPOCH, such as 0.12' })
  after?: string;
}
