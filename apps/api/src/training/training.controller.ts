import type { OperationStarted } from '@ktrdr/contracts';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Answers, Fails, Requires } from '@ktrdr/service-kit';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { THREAD_ERRORS } from '../threads.module.js';
import { StartTrainingDto } from './start-training.dto.js';
import { TrainingService } from './training.service.js';

@ApiTags('trainings')
@Controller('trainings')
export class TrainingController {
  constructor(private readonly training: TrainingService) {}

  @Post('start')
  @Requires('operate', 'start')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'startTraining',
    summary: 'Starts training a model; its operation reports progress and result',
  })
  @Answers('OperationStarted')
  @Fails(
    'invalid_name',
    'invalid_date',
    'invalid_date_range',
    'unsupported_data_mode',
    'strategy_not_found',
    'bars_not_found',
    'operation_conflict',
    'strategy_invalid',
    'bars_invalid',
    'engine_unsupported',
    'over_budget',
    'too_many_waiting',
    ...THREAD_ERRORS,
    'store_unavailable',
  )
  start(@Body() body: StartTrainingDto): Promise<OperationStarted> {
    return this.training.start(body);
  }
}
