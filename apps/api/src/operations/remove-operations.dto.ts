import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsNumber, Max, Min } from 'class-validator';

/** Query of `DELETE /operations`. */
export class RemoveOperationsDto {
  @ApiProperty({ description: 'Days since they ended; 0 removes all that have ended.', minimum: 0 })
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(36_500)
  older_than_days!: number;
}
