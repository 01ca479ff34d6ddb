import { MOST_PREDICTED_BARS, type PredictRequest } from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

@RequestOf('PredictRequest', {
  symbol: FIELD_SCHEMAS.symbol,
  timeframe: FIELD_SCHEMAS.timeframe,
  end_date: FIELD_SCHEMAS.date,
})
export class PredictDto implements PredictRequest {
  @IsString()
  symbol!: string;

  @IsString()
  timeframe!: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_PREDICTED_BARS)
  last?: number;

  @IsOptional()
  @IsString()
  end_date?: string;
}
