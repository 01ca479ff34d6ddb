import {
  CONFLICT_CHOICES,
  EXPORT_FORMATS,
  type BarsQuery,
  type ConflictChoice,
  type ExportBarsQuery,
  type ExportFormat,
  type ResampleBarsRequest,
  type ShowBarsQuery,
  TIMEFRAMES,
} from '@ktrdr/contracts';
import { FIELD_SCHEMAS, QueryNumber, RequestOf } from '@ktrdr/service-kit';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';

const MOST_POINTS = 5_000;
const LONGEST_ZONE = 200;
const NAME = { symbol: FIELD_SCHEMAS.symbol, timeframe: FIELD_SCHEMAS.timeframe };

@RequestOf('BarsQuery', NAME)
export class BarsDto implements BarsQuery {
  @IsString()
  symbol!: string;

  @IsString()
  timeframe!: string;
}

@RequestOf('ShowBarsQuery', NAME)
export class ShowBarsDto extends BarsDto implements ShowBarsQuery {
  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(MOST_POINTS)
  points?: number;
}

@RequestOf('ExportBarsQuery', { ...NAME, start_date: FIELD_SCHEMAS.date, end_date: FIELD_SCHEMAS.date })
export class ExportBarsDto extends BarsDto implements ExportBarsQuery {
  @IsOptional()
  @IsIn(EXPORT_FORMATS)
  format?: ExportFormat;

  @IsOptional()
  @IsString()
  start_date?: string;

  @IsOptional()
  @IsString()
  end_date?: string;
}

@RequestOf('ResampleBarsRequest', { ...NAME, to: FIELD_SCHEMAS.timeframe })
export class ResampleBarsDto extends BarsDto implements ResampleBarsRequest {
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(TIMEFRAMES.length)
  @IsString({ each: true })
  to!: string[];

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_ZONE)
  timezone?: string;

  @IsOptional()
  @IsIn(CONFLICT_CHOICES)
  on_conflict?: ConflictChoice;
}
