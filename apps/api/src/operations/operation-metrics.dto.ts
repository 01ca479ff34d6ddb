import type { OperationMetricsQuery } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsOptional, Matches } from 'class-validator';

const PLACES = /^\d{1,15}\.\d{1,15}(,\d{1,15}\.\d{1,15}){0,999}$/;

@RequestOf('OperationMetricsQuery')
export class OperationMetricsDto implements OperationMetricsQuery {
  @IsOptional()
  @Matches(PLACES, {
    message: 'after must be SEED.EPOCH, such as 0.12, or several of them, separated by commas',
  })
  after?: string;
}
