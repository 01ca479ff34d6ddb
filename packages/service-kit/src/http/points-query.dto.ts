import { AFTER_PATTERN, type PointsQuery } from '@ktrdr/contracts';
import { RequestOf } from './request-of.js';
import { IsOptional, Matches } from 'class-validator';

@RequestOf('PointsQuery')
export class PointsQueryDto implements PointsQuery {
  @IsOptional()
  @Matches(AFTER_PATTERN, {
    message: 'after must be SEED.EPOCH, such as 0.12, or several of them, separated by commas',
  })
  after?: string;
}
