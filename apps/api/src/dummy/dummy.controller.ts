import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { OperationStarted } from '@ktrdr/contracts';
import { Answers, Fails, Requires } from '@ktrdr/service-kit';
import { DummyService } from './dummy-service.js';
import { StartDummyDto } from './start-dummy.dto.js';

const DEFAULT_SECONDS = 2;
const DEFAULT_ITERATIONS = 100;

@ApiTags('dummy')
@Controller('dummy')
export class DummyController {
  constructor(private readonly dummy: DummyService) {}

  @Post('start')
  @Requires('operate', 'start')
  @HttpCode(200)
  @ApiOperation({ operationId: 'startDummy', summary: 'Starts an operation that does nothing for a while' })
  @Answers('OperationStarted')
  @Fails('too_many_waiting', 'service_stopping', 'store_unavailable')
  start(@Body() body: StartDummyDto): Promise<OperationStarted> {
    return this.dummy.startDummyTask({
      durationSeconds: body.duration_seconds ?? DEFAULT_SECONDS,
      iterations: body.iterations ?? DEFAULT_ITERATIONS,
    });
  }
}
