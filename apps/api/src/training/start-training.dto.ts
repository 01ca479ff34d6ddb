import { MAX_FILE_NAME_LENGTH, TASK_ID_PATTERN, TRAINING_PRIORITIES, USER_PATTERN } from '@ktrdr/contracts';
import type { StartTrainingRequest, TrainingPriority } from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import { TrainingOptionsDto } from '@ktrdr/training-operation';
import { IsIn, IsNotEmpty, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

/** Body of `POST /trainings/start`: types and bounds. `TrainingService` checks what needs files or the strategy. */
@RequestOf('StartTrainingRequest', {
  strategy: FIELD_SCHEMAS.strategyText,
  symbols: FIELD_SCHEMAS.symbol,
  timeframes: FIELD_SCHEMAS.timeframe,
  start_date: FIELD_SCHEMAS.date,
  end_date: FIELD_SCHEMAS.date,
  strategy_name: FIELD_SCHEMAS.strategyName,
  data_mode: { enum: ['local'] },
})
export class StartTrainingDto extends TrainingOptionsDto implements StartTrainingRequest {
  @IsOptional()
  @IsString()
  strategy?: string;

  @IsOptional()
  @IsString()
  strategy_name?: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_FILE_NAME_LENGTH)
  strategy_file?: string;

  @IsOptional()
  @IsString()
  data_mode?: string;

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
