import { type ListModelsQuery, MODEL_ORDERS, type ModelOrder } from '@ktrdr/contracts';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

export class ListModelsDto implements ListModelsQuery {
  @ApiPropertyOptional({ enum: MODEL_ORDERS, default: 'created' })
  @IsOptional()
  @IsIn(MODEL_ORDERS)
  sort?: ModelOrder;
}
