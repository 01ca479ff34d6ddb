import {
  CONFLICT_CHOICES,
  TASK_ID_PATTERN,
  type ConflictChoice,
  type StartDownloadRequest,
} from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import { IsIn, IsOptional, IsString, Matches } from 'class-validator';

@RequestOf('StartDownloadRequest', {
  symbol: FIELD_SCHEMAS.symbol,
  timeframe: FIELD_SCHEMAS.timeframe,
  start_date: FIELD_SCHEMAS.date,
  end_date: FIELD_SCHEMAS.date,
})
export class StartDownloadDto implements StartDownloadRequest {
  @IsString()
  symbol!: string;

  @IsString()
  timeframe!: string;

  @IsString()
  source!: string;

  @IsOptional()
  @IsString()
  start_date?: string;

  @IsOptional()
  @IsString()
  end_date?: string;

  @IsOptional()
  @IsIn(CONFLICT_CHOICES, { message: `on_conflict must be one of ${CONFLICT_CHOICES.join(', ')}` })
  on_conflict?: ConflictChoice;

  @IsOptional()
  @Matches(TASK_ID_PATTERN, {
    message:
      'task_id must be up to 128 letters, digits, ".", "_", ":" or "-", starting with a letter or digit',
  })
  task_id?: string;
}
