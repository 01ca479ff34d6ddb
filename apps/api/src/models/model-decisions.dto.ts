import type { ModelDecisionsQuery } from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import { IsString } from 'class-validator';

@RequestOf('ModelDecisionsQuery', { symbol: FIELD_SCHEMAS.symbol })
export class ModelDecisionsDto implements ModelDecisionsQuery {
  @IsString()
  symbol!: string;
}
