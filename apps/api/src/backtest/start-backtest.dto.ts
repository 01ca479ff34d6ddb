import type { PositionSizing, StartBacktestRequest } from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
} from 'class-validator';

const MOST_SYMBOLS = 100;
/** All of the value of a trade, in basis points. */
const MOST_BPS = 10_000;
/** A strategy file has the same bound. */
const MOST_CAPITAL = 1_000_000_000_000;
/** A distance of 1 would be the whole price. A strategy file has the same bound. */
const BELOW_ONE = 1 - Number.EPSILON;

/** Types and bounds of a backtest's request. `checkBacktest` checks what needs the model. */
@RequestOf('StartBacktestRequest', {
  symbols: FIELD_SCHEMAS.symbol,
  timeframe: FIELD_SCHEMAS.timeframe,
  start_date: FIELD_SCHEMAS.date,
  end_date: FIELD_SCHEMAS.date,
})
export class StartBacktestDto implements StartBacktestRequest {
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MOST_SYMBOLS)
  @IsString({ each: true })
  symbols?: string[];

  @IsOptional()
  @IsString()
  timeframe?: string;

  @IsOptional()
  @IsString()
  start_date?: string;

  @IsOptional()
  @IsString()
  end_date?: string;

  @IsOptional()
  @IsNumber()
  @Min(Number.EPSILON, { message: 'capital must be above 0' })
  @Max(MOST_CAPITAL)
  capital?: number;

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(MOST_BPS)
  commission_bps?: number;

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(MOST_BPS)
  slippage_bps?: number;

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(MOST_BPS)
  spread_bps?: number;

  @IsOptional()
  @IsObject()
  sizing?: PositionSizing;

  @IsOptional()
  @IsBoolean()
  allow_short?: boolean;

  @IsOptional()
  @IsNumber()
  @Min(Number.EPSILON, { message: 'stop_loss must be above 0 (0.02 = 2 %)' })
  @Max(BELOW_ONE, { message: 'stop_loss must be below 1 (0.02 = 2 %)' })
  stop_loss?: number | null;

  @IsOptional()
  @IsNumber()
  @Min(Number.EPSILON, { message: 'take_profit must be above 0 (0.02 = 2 %)' })
  @Max(BELOW_ONE, { message: 'take_profit must be below 1 (0.02 = 2 %)' })
  take_profit?: number | null;

  @IsOptional()
  @IsBoolean()
  in_sample?: boolean;
}
