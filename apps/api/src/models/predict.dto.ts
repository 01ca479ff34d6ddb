import { MOST_PREDICTED_BARS, type PredictRequest } from '@ktrdr/contracts';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

export class PredictDto implements PredictRequest {
  /** One whose bars are in DATA_DIR; it need not be one that the model was trained on. */
  @IsString()
  symbol!: string;

  /** The model's base timeframe. */
  @IsString()
  timeframe!: string;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: MOST_PREDICTED_BARS,
    default: 1,
    description: 'So many bars, the newest.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_PREDICTED_BARS)
  last?: number;

  /** `YYYY-MM-DD`, included: later bars do not count. */
  @IsOptional()
  @IsString()
  end_date?: string;
}
