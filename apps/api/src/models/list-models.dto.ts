import { type ListModelsQuery, MODEL_ORDERS, type ModelOrder } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsIn, IsOptional } from 'class-validator';

@RequestOf('ListModelsQuery')
export class ListModelsDto implements ListModelsQuery {
  @IsOptional()
  @IsIn(MODEL_ORDERS)
  sort?: ModelOrder;
}
