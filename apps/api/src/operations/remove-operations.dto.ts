import { RequestOf } from '@ktrdr/service-kit';
import { Type } from 'class-transformer';
import { IsNumber, Max, Min } from 'class-validator';

/** Query of `DELETE /operations`. */
@RequestOf('RemoveOperationsQuery')
export class RemoveOperationsDto {
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(36_500)
  older_than_days!: number;
}
