import {
  MAX_FILE_NAME_LENGTH,
  TASK_ID_PATTERN,
  TRAINING_PRIORITIES,
  USER_PATTERN,
  WALK_FORWARD_FOLDS,
} from '@ktrdr/contracts';
import type { StartTrainingRequest, TrainingPriority } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
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
@RequestOf('StartTrainingRequest')
export class StartTrainingDto implements StartTrainingRequest {
  @IsOptional()
  @IsString()
  strategy?: string;

  @IsOptional()
  @IsString()
  strategy_name?: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_FILE_NAME_LENGTH)
  strategy_file?: string;

  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_NAMES)
  @IsString({ each: true })
  symbols?: string[];

  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_NAMES)
  @IsString({ each: true })
  timeframes?: string[];

  @IsOptional()
  @IsString()
  start_date?: string;

  @IsOptional()
  @IsString()
  end_date?: string;

  @IsOptional()
  @IsNumber()
  @Min(Number.EPSILON, { message: 'validation_split must be above 0' })
  @Max(1 - Number.EPSILON, { message: 'validation_split must be below 1' })
  validation_split?: number;

  @IsOptional()
  @IsString()
  data_mode?: string;

  @IsOptional()
  @IsBoolean()
  detailed_analytics?: boolean;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_SEED)
  seed?: number;

  @IsOptional()
  @IsInt()
  @Min(WALK_FORWARD_FOLDS.least)
  @Max(WALK_FORWARD_FOLDS.most)
  walk_forward?: number;

  @IsOptional()
  @IsBoolean()
  dry_run?: boolean;

  @IsOptional()
  @IsIn(TRAINING_PRIORITIES)
  priority?: TrainingPriority;

  @IsOptional()
  @Matches(USER_PATTERN, {
    message: 'user must be up to 64 letters, digits, ".", "_", "@" or "-"',
  })
  user?: string;

  @IsOptional()
  @Matches(TASK_ID_PATTERN, {
    message:
      'task_id must be up to 128 letters, digits, ".", "_", ":" or "-", starting with a letter or digit',
  })
  task_id?: string;
}
