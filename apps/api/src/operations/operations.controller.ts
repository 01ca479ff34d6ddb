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
import { ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { isTerminalStatus, LastEpochs, nullInOutage } from '@ktrdr/contracts';
import type {
  CancelOperationResponse,
  OperationHistory,
  OperationList,
  OperationMetrics,
  OperationStarted,
  OperationTimeline,
  OperationsRemoved,
  TypedOperation,
} from '@ktrdr/contracts';
import { OperationsService, type Clock } from '@ktrdr/orchestrator';
import {
  Answers,
  AnswersEvents,
  CLOCK,
  CallerParam,
  Fails,
  PointsQueryDto,
  Requires,
  writtenJson,
  type Caller,
  type WrittenJson,
} from '@ktrdr/service-kit';
import type { FastifyReply } from 'fastify';
import { CancelOperationDto } from './cancel-operation.dto.js';
import { eventId } from './event-id.js';
import { RETRY } from './event-source-stream.js';
import { EventStream } from './event-stream.js';
import { listFilters } from './list-filters.js';
import { ListOperationsDto } from './list-operations.dto.js';
import { OpenStreams } from './open-streams.js';
import { OperationsStream } from './operations-stream.js';
import { DAY_MS } from './retention.js';
import { RemoveOperationsDto } from './remove-operations.dto.js';
import { SERVICE_VERSION } from '../settings.module.js';

const OF_OPERATION = ApiParam({
  name: 'id',
  description: "The operation's id.",
  schema: { type: 'string', example: 'op_training_20260105T100000_k3f9a1b2' },
});

/** Operations of every type. */
@ApiTags('operations')
@Controller('operations')
export class OperationsController {
  constructor(
    private readonly operations: OperationsService,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly streams: OpenStreams,
    @Inject(SERVICE_VERSION) private readonly version: string,
  ) {}

  @Get()
  @Requires('read')
  @ApiOperation({ operationId: 'listOperations', summary: 'Operations without their results, newest first' })
  @Answers('OperationList')
  @Fails('invalid_date', 'store_unavailable')
  async list(@Query() query: ListOperationsDto): Promise<WrittenJson<OperationList>> {
    // each manager writes the metadata of its own type
    return writtenJson((await this.operations.list(listFilters(query))) as OperationList);
  }

  @Get('events')
  @Requires('read')
  @ApiOperation({
    operationId: 'followOperations',
    summary: 'Server-sent events: every change of every operation, until the client disconnects',
  })
  @AnswersEvents(
    'OperationsEventData',
    'Events `ready`, `operation` and `removed`. After each `ready`, load the list: changes may have been missed. A status is sent at once, progress at most four times a second for each operation. A slow reader gets only the newest state of each operation.',
  )
  async followAll(@CallerParam() caller: Caller, @Res() reply: FastifyReply): Promise<void> {
    this.streams.checkRoom(caller);
    await sendEvents(reply, this.allChanges(reply, caller));
  }

  @Get(':id')
  @Requires('read')
  @ApiOperation({
    operationId: 'getOperation',
    summary: 'One operation with its progress, and its result once it has completed',
  })
  @OF_OPERATION
  @Answers('TypedOperation')
  @Fails('operation_not_found', 'store_unavailable')
  async get(@Param('id') id: string): Promise<WrittenJson<TypedOperation>> {
    // each manager writes the metadata and the result of its own type
    return writtenJson<TypedOperation>((await this.operations.get(id)) as TypedOperation);
  }

  @Post(':id/cancel')
  @Requires('operate', 'cancel')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'cancelOperation',
    summary: 'Asks an operation to stop; its status is cancelled once its work has ended',
  })
  @OF_OPERATION
  @Answers('CancelOperationResponse')
  @Fails('operation_not_found', 'operation_ended', 'store_unavailable')
  cancel(@Param('id') id: string, @Body() body: CancelOperationDto): Promise<CancelOperationResponse> {
    return this.operations.cancel(id, body);
  }

  @Post(':id/resume')
  @Requires('operate', 'resume')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resumeOperation',
    summary: 'Resumes an ended operation: the next attempt continues from its last state',
  })
  @OF_OPERATION
  @Answers('OperationStarted')
  @Fails('operation_not_found', 'not_resumable', 'strategy_invalid', 'service_stopping', 'store_unavailable')
  resume(@Param('id') id: string): Promise<OperationStarted> {
    return this.operations.resume(id);
  }

  @Post(':id/retry')
  @Requires('operate', 'retry')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'retryOperation',
    summary: 'Retries a failed or cancelled operation: its next attempt starts from the beginning',
  })
  @OF_OPERATION
  @Answers('OperationStarted')
  @Fails('operation_not_found', 'not_retryable', 'strategy_invalid', 'service_stopping', 'store_unavailable')
  retry(@Param('id') id: string): Promise<OperationStarted> {
    return this.operations.retry(id);
  }

  @Get(':id/history')
  @Requires('read')
  @ApiOperation({
    operationId: 'getOperationHistory',
    summary: 'Changes of its status with time and cause, oldest first',
  })
  @OF_OPERATION
  @Answers('OperationHistory')
  @Fails('operation_not_found', 'store_unavailable')
  async history(@Param('id') id: string): Promise<OperationHistory> {
    return { operation_id: id, history: await this.operations.history(id) };
  }

  @Get(':id/metrics')
  @Requires('read')
  @ApiOperation({
    operationId: 'getOperationMetrics',
    summary: 'The curve of a training: loss, accuracy, learning rate and speed after each epoch',
  })
  @OF_OPERATION
  @Answers('OperationMetrics')
  @Fails('operation_not_found', 'store_unavailable')
  async metrics(@Param('id') id: string, @Query() { after }: PointsQueryDto): Promise<OperationMetrics> {
    const points = await this.operations.metrics(id);
    return { operation_id: id, points: LastEpochs.parse(after).later(points) };
  }

  @Get(':id/timeline')
  @Requires('read')
  @ApiOperation({
    operationId: 'getOperationTimeline',
    summary: 'The phases of all attempts with their start and end, oldest first',
  })
  @OF_OPERATION
  @Answers('OperationTimeline')
  @Fails('operation_not_found', 'store_unavailable')
  async timeline(@Param('id') id: string): Promise<OperationTimeline> {
    return { operation_id: id, phases: await this.operations.timeline(id) };
  }

  @Delete()
  @Requires('admin', 'delete')
  @ApiOperation({
    operationId: 'removeOperations',
    summary: 'Removes operations that ended at least this many days ago',
  })
  @Answers('OperationsRemoved')
  @Fails('store_unavailable')
  async removeEnded(@Query() { older_than_days }: RemoveOperationsDto): Promise<OperationsRemoved> {
    return { removed: await this.operations.removeEnded(this.clock.now() - older_than_days * DAY_MS) };
  }

  @Get(':id/events')
  @Requires('read')
  @ApiOperation({
    operationId: 'followOperation',
    summary: 'Server-sent events: the current operation, then each change until it has ended',
  })
  @OF_OPERATION
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Id of the last event that the client received; a state with this id is not sent again.',
    schema: { type: 'string' },
    example: '1.9f3a2c1b40d7',
  })
  @AnswersEvents(
    'TypedOperation',
    'Events `status` and `progress`; the `data` of each is the whole operation. While the store is unavailable, the stream ends without an event; reconnect.',
  )
  @ApiResponse({
    status: 204,
    description: 'The operation has ended and the client has seen its final state: do not reconnect.',
  })
  @Fails('operation_not_found')
  async events(
    @Param('id') id: string,
    @Headers('Last-Event-ID') seen: string | undefined,
    @CallerParam() caller: Caller,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    // an outage must not become a 503: an EventSource never reconnects after an error status
    const operation = await this.operations.get(id).catch(nullInOutage);
    if (operation !== null && isTerminalStatus(operation.status) && seen === eventId(operation)) {
      // only 204 keeps an EventSource from reconnecting
      await reply.status(204).send();
      return;
    }
    // just before the stream is added, so that streams that open at the same time count each other
    this.streams.checkRoom(caller);
    await sendEvents(reply, operation === null ? RETRY : this.changes(id, reply, caller, seen));
  }

  private allChanges(reply: FastifyReply, caller: Caller): OperationsStream {
    const closed = this.streams.add(reply.raw, caller);
    const follow = this.operations.follow.bind(this.operations);
    const stream = new OperationsStream(follow, this.clock, this.version);
    this.streams.onStop(() => stream.finish(), closed);
    closed.addEventListener('abort', () => stream.destroy());
    return stream;
  }

  private changes(id: string, reply: FastifyReply, caller: Caller, seen: string | undefined): EventStream {
    return new EventStream(this.operations.watch(id, this.streams.add(reply.raw, caller)), this.clock, seen);
  }
}

function sendEvents(reply: FastifyReply, events: string | EventStream | OperationsStream): FastifyReply {
  return reply
    .type('text/event-stream; charset=utf-8')
    .header('cache-control', 'no-cache, no-transform')
    .header('x-accel-buffering', 'no')
    .send(events);
}
