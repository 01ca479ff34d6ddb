import { TASK_ID_PATTERN } from '@ktrdr/contracts';
import type { StartTrainingRequest } from '@ktrdr/contracts';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';

const MAX_SEED = 0xffff_ffff;
const MAX_NAMES = 100;

/** Body of `POST /trainings/start`: kinds and bounds. What needs files or the strategy, `TrainingService` checks. */
export class StartTrainingDto implements StartTrainingRequest {
  /** The strategy file's text; either this or `strategy_name`. */
  @IsOptional()
  @IsString()
  strategy?: string;

  /** Name of a file in `STRATEGIES_DIR`, without its ending. */
  @IsOptional()
  @IsString()
  strategy_name?: string;

  /** What error messages call the text of `strategy`. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  strategy_file?: string;

  /** In place of the file's symbols. */
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_NAMES)
  @IsString({ each: true })
  symbols?: string[];

  /** In place of the file's timeframes. */
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_NAMES)
  @IsString({ each: true })
  timeframes?: string[];

  /** `YYYY-MM-DD` or ISO 8601, included. */
  @IsOptional()
  @IsString()
  start_date?: string;

  /** `YYYY-MM-DD` or ISO 8601, included. */
  @IsOptional()
  @IsString()
  end_date?: string;

  /** Above 0, below 1: share of the rows that are not test rows. */
  @IsOptional()
  @IsNumber()
  @Min(Number.EPSILON, { message: 'validation_split must be above 0' })
  @Max(1 - Number.EPSILON, { message: 'validation_split must be below 1' })
  validation_split?: number;

  /** `local`. */
  @IsOptional()
  @IsString()
  data_mode?: string;

  @IsOptional()
  @IsBoolean()
  detailed_analytics?: boolean;

  /** Default 42. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_SEED)
  seed?: number;

  /** Prepares everything and trains nothing. */
  @IsOptional()
  @IsBoolean()
  dry_run?: boolean;

  /** Starting twice with one id gives one operation. */
  @IsOptional()
  @Matches(TASK_ID_PATTERN, {
    message:
      'task_id must be up to 128 letters, digits, ".", "_", ":" or "-", starting with a letter or digit',
  })
  task_id?: string;
}
