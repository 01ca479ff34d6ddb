import type { OperationStarted } from '@ktrdr/contracts';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { StartTrainingDto } from './start-training.dto.js';
import { TrainingService } from './training.service.js';

@ApiTags('trainings')
@Controller('trainings')
export class TrainingController {
  constructor(private readonly training: TrainingService) {}

  @Post('start')
  @HttpCode(200)
  @ApiOperation({ summary: 'Starts the training of a model; the operation tells how it goes' })
  start(@Body() body: StartTrainingDto): Promise<OperationStarted> {
    return this.training.start(body);
  }
}
