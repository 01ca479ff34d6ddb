import { QueryNumber, RequestOf } from '@ktrdr/service-kit';
import { IsNumber, Max, Min } from 'class-validator';

/** Query of `DELETE /operations`. */
@RequestOf('RemoveOperationsQuery')
export class RemoveOperationsDto {
  @QueryNumber()
  @IsNumber()
  @Min(0)
  @Max(36_500)
  older_than_days!: number;
}
