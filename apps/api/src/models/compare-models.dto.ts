import { RequestOf } from '@ktrdr/service-kit';
import { IsString } from 'class-validator';

@RequestOf('CompareModelsQuery')
export class CompareModelsDto {
  @IsString()
  models!: string;
}
