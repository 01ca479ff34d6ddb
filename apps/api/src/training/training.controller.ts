import type { EstimateTrainingResponse, OperationStarted, TrainingRequestRecord } from '@ktrdr/contracts';
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Answers, Fails, Requires } from '@ktrdr/service-kit';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
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

  @Post('estimate')
  @Requires('read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'estimateTraining',
    summary: 'What a training would need: rows, parameters, time, memory and bars; nothing is started',
  })
  @Answers('EstimateTrainingResponse')
  @Fails(
    'invalid_name',
    'invalid_date',
    'invalid_date_range',
    'unsupported_data_mode',
    'strategy_not_found',
    'bars_not_found',
    'strategy_invalid',
    'bars_invalid',
    'engine_unsupported',
    'service_busy',
    ...THREAD_ERRORS,
  )
  estimate(@Body() body: StartTrainingDto): Promise<EstimateTrainingResponse> {
    return this.training.estimate(body);
  }

  @Get(':id/request')
  @Requires('read')
  @ApiOperation({
    operationId: 'getTrainingRequest',
    summary: "The request of a training, with the strategy's text; send it to start the same training again",
  })
  @ApiParam({
    name: 'id',
    description: "The operation's id.",
    schema: { type: 'string', example: 'op_training_20260105T100000_k3f9a1b2' },
  })
  @Answers('TrainingRequestRecord')
  @Fails('operation_not_found', 'store_unavailable')
  request(@Param('id') id: string): Promise<TrainingRequestRecord> {
    return this.training.request(id);
  }
}
