import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type {
  CancelOperationResponse,
  Operation,
  OperationHistory,
  OperationList,
  OperationStarted,
  OperationsRemoved,
} from '@ktrdr/contracts';
import { OperationsService, type Clock } from '@ktrdr/orchestrator';
import { CLOCK } from '@ktrdr/service-kit';
import type { FastifyReply } from 'fastify';
import { CancelOperationDto } from './cancel-operation.dto.js';
import { readEventId, sawTheEnd } from './event-id.js';
import { EventStream } from './event-stream.js';
import { ListOperationsDto } from './list-operations.dto.js';
import { OpenStreams } from './open-streams.js';
import { DAY_MS } from './retention.js';
import { RemoveOperationsDto } from './remove-operations.dto.js';

/** Every operation, of whatever type. */
@ApiTags('operations')
@Controller('operations')
export class OperationsController {
  constructor(
    private readonly operations: OperationsService,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly streams: OpenStreams,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Operations without their results, newest first' })
  list(@Query() query: ListOperationsDto): Promise<OperationList> {
    return this.operations.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One operation with its progress, and its result once it has one' })
  get(@Param('id') id: string): Promise<Operation> {
    return this.operations.get(id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Asks an operation to stop; it is cancelled once its work has ended' })
  cancel(@Param('id') id: string, @Body() body: CancelOperationDto): Promise<CancelOperationResponse> {
    return this.operations.cancel(id, body);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Starts an ended, resumable operation again: its next attempt goes on where it was',
  })
  resume(@Param('id') id: string): Promise<OperationStarted> {
    return this.operations.resume(id);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'Starts an operation that failed or was cancelled again: its next attempt begins at the beginning',
  })
  retry(@Param('id') id: string): Promise<OperationStarted> {
    return this.operations.retry(id);
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'Changes of its status with time and cause, oldest first' })
  async history(@Param('id') id: string): Promise<OperationHistory> {
    return { operation_id: id, history: await this.operations.history(id) };
  }

  @Delete()
  @ApiOperation({ summary: 'Removes operations that ended so many days ago' })
  async removeEnded(@Query() { older_than_days }: RemoveOperationsDto): Promise<OperationsRemoved> {
    return { removed: await this.operations.removeEnded(this.clock.now() - older_than_days * DAY_MS) };
  }

  @Get(':id/events')
  @ApiProduces('text/event-stream')
  @ApiOperation({
    summary: 'Server-sent events: the operation now, then whenever it changes, until it has ended',
  })
  async events(
    @Param('id') id: string,
    @Headers('Last-Event-ID') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const operation = await this.operations.get(id);
    const seen = readEventId(lastEventId);
    if (seen !== null && sawTheEnd(seen, operation)) {
      // the one answer that keeps a browser from connecting again
      await reply.status(204).send();
      return;
    }
    const changes = this.operations.watch(id, this.streams.add(reply.raw));
    await reply
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-cache, no-transform')
      .header('x-accel-buffering', 'no')
      .send(new EventStream(changes, this.clock, seen));
  }
}
