import {
  DEFAULT_SEED,
  MAX_FILE_NAME_LENGTH,
  TASK_ID_PATTERN,
  TRAINING_PRIORITIES,
  USER_PATTERN,
  WALK_FORWARD_FOLDS,
} from '@ktrdr/contracts';
import type { StartTrainingRequest, TrainingPriority } from '@ktrdr/contracts';
import { ApiPropertyOptional } from '@nestjs/swagger';
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
export class StartTrainingDto implements StartTrainingRequest {
  @ApiPropertyOptional({ description: "The strategy file's text; either this or strategy_name." })
  @IsOptional()
  @IsString()
  strategy?: string;

  @ApiPropertyOptional({ description: 'Name of a file in STRATEGIES_DIR, without its ending.' })
  @IsOptional()
  @IsString()
  strategy_name?: string;

  @ApiPropertyOptional({ description: 'What error messages call the text of strategy.' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_FILE_NAME_LENGTH)
  strategy_file?: string;

  @ApiPropertyOptional({ description: "In place of the file's symbols.", type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_NAMES)
  @IsString({ each: true })
  symbols?: string[];

  @ApiPropertyOptional({ description: "In place of the file's timeframes.", type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_NAMES)
  @IsString({ each: true })
  timeframes?: string[];

  @ApiPropertyOptional({ description: 'YYYY-MM-DD or ISO 8601, included.' })
  @IsOptional()
  @IsString()
  start_date?: string;

  @ApiPropertyOptional({ description: 'YYYY-MM-DD or ISO 8601, included.' })
  @IsOptional()
  @IsString()
  end_date?: string;

  @ApiPropertyOptional({ description: 'Above 0, below 1: share of the rows that are not test rows.' })
  @IsOptional()
  @IsNumber()
  @Min(Number.EPSILON, { message: 'validation_split must be above 0' })
  @Max(1 - Number.EPSILON, { message: 'validation_split must be below 1' })
  validation_split?: number;

  @ApiPropertyOptional({ description: 'Where bars come from.', default: 'local' })
  @IsOptional()
  @IsString()
  data_mode?: string;

  @ApiPropertyOptional({ description: 'Writes figures of every epoch.', default: false })
  @IsOptional()
  @IsBoolean()
  detailed_analytics?: boolean;

  @ApiPropertyOptional({
    description: 'The same seed gives the same model.',
    minimum: 0,
    maximum: MAX_SEED,
    default: DEFAULT_SEED,
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_SEED)
  seed?: number;

  @ApiPropertyOptional({
    description: 'Folds of a walk-forward evaluation.',
    minimum: WALK_FORWARD_FOLDS.least,
    maximum: WALK_FORWARD_FOLDS.most,
  })
  @IsOptional()
  @IsInt()
  @Min(WALK_FORWARD_FOLDS.least)
  @Max(WALK_FORWARD_FOLDS.most)
  walk_forward?: number;

  @ApiPropertyOptional({ description: 'Prepares everything and trains nothing.', default: false })
  @IsOptional()
  @IsBoolean()
  dry_run?: boolean;

  @ApiPropertyOptional({
    description: 'Which trainings of a queue are taken first.',
    enum: TRAINING_PRIORITIES,
    default: 'normal',
  })
  @IsOptional()
  @IsIn(TRAINING_PRIORITIES)
  priority?: TrainingPriority;

  @ApiPropertyOptional({
    description: "Whose training it is, where a queue limits how many of one user's run at a time.",
  })
  @IsOptional()
  @Matches(USER_PATTERN, {
    message: 'user must be up to 64 letters, digits, ".", "_", "@" or "-"',
  })
  user?: string;

  @ApiPropertyOptional({ description: 'Starting twice with one id gives one operation.' })
  @IsOptional()
  @Matches(TASK_ID_PATTERN, {
    message:
      'task_id must be up to 128 letters, digits, ".", "_", ":" or "-", starting with a letter or digit',
  })
  task_id?: string;
}
