import { KtrdrError, SYMBOL_PATTERN, TIMEFRAMES } from '@ktrdr/contracts';
import { Controller, Get, HttpCode, Param, ParseIntPipe, Put, Req, Res } from '@nestjs/common';
import {
  AnswersBytes,
  AnswersNothing,
  AuthenticatedBy,
  type ByteRequest,
  bytesOf,
  Fails,
  TakesBytes,
} from '@ktrdr/service-kit';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DeliveryAuthenticator } from './delivery-authenticator.js';
import { HostFilesService } from './host-files.service.js';

const BYTES = 'application/octet-stream';

/** Who may use these routes. */
const HOST = "the host with the delivery's secret";

const OF_OPERATION = ApiParam({
  name: 'id',
  description: "The operation's id.",
  schema: { type: 'string', example: 'op_training_20260105T100000_k3f9a1b2' },
});
const OF_DELIVERY = ApiParam({
  name: 'delivery',
  description: 'How often the queue has delivered the training to a host, this delivery included.',
  schema: { type: 'integer', example: 1 },
});

const DELIVERY = new ParseIntPipe({
  exceptionFactory: () => new KtrdrError('invalid_request', 'delivery must be a whole number.'),
});

/** Files for and from the hosts of a queue, which share no folder with the API. Its paths call a delivery a run, as earlier hosts do. */
@ApiTags('training hosts')
@Controller('trainings/:id')
export class HostFilesController {
  constructor(private readonly files: HostFilesService) {}

  @Get('bars/:symbol/:timeframe')
  @AuthenticatedBy(DeliveryAuthenticator, HOST)
  @ApiOperation({ operationId: 'getTrainingBars', summary: "The API's bars as a CSV file" })
  @OF_OPERATION
  @ApiParam({ name: 'symbol', schema: { type: 'string', pattern: SYMBOL_PATTERN.source, example: 'AAPL' } })
  @ApiParam({ name: 'timeframe', schema: { type: 'string', enum: [...TIMEFRAMES], example: '1h' } })
  @AnswersBytes('The CSV file.')
  @Fails('delivery_not_found', 'invalid_name', 'bars_not_found', 'bars_invalid')
  async bars(
    @Param('symbol') symbol: string,
    @Param('timeframe') timeframe: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await reply.type(BYTES).send(await this.files.bars(symbol, timeframe));
  }

  @Get('checkpoint')
  @AuthenticatedBy(DeliveryAuthenticator, HOST)
  @ApiOperation({
    operationId: 'getTrainingCheckpoint',
    summary: 'The newest checkpoint that a host has uploaded',
  })
  @OF_OPERATION
  @AnswersBytes('The checkpoint.')
  @Fails(
    'delivery_not_found',
    'operation_not_found',
    'checkpoint_missing',
    'storage_failed',
    'store_unavailable',
  )
  async checkpoint(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    await reply.type(BYTES).send(await this.files.checkpoint(id));
  }

  @Put('runs/:delivery/checkpoint')
  @AuthenticatedBy(DeliveryAuthenticator, HOST)
  @HttpCode(200)
  @ApiOperation({
    operationId: 'putTrainingCheckpoint',
    summary: 'Uploads a checkpoint of the current delivery',
  })
  @OF_OPERATION
  @OF_DELIVERY
  @TakesBytes()
  @AnswersNothing()
  @Fails(
    'operation_not_found',
    'delivery_not_found',
    'checkpoint_refused',
    'operation_conflict',
    'disk_full',
    'storage_failed',
    'queue_unreachable',
    'store_unavailable',
  )
  async takeCheckpoint(@Param('id') id: string, @Req() request: ByteRequest): Promise<null> {
    await this.files.takeCheckpoint(id, bytesOf(request));
    return null;
  }

  @Put('runs/:delivery/files/:folder/:name')
  @AuthenticatedBy(DeliveryAuthenticator, HOST)
  @HttpCode(200)
  @ApiOperation({
    operationId: 'putTrainingFile',
    summary: 'Uploads an output file of the current delivery',
  })
  @OF_OPERATION
  @OF_DELIVERY
  @ApiParam({ name: 'folder', schema: { type: 'string', enum: ['model', 'analytics'] } })
  @ApiParam({ name: 'name', schema: { type: 'string', example: 'model.onnx' } })
  @TakesBytes()
  @AnswersNothing()
  @Fails(
    'invalid_name',
    'operation_not_found',
    'delivery_not_found',
    'model_damaged',
    'operation_conflict',
    'disk_full',
    'storage_failed',
    'queue_unreachable',
    'store_unavailable',
  )
  async takeFile(
    @Param('id') id: string,
    @Param('delivery', DELIVERY) delivery: number,
    @Param('folder') folder: string,
    @Param('name') name: string,
    @Req() request: ByteRequest,
  ): Promise<null> {
    await this.files.takeFile(id, delivery, `${folder}/${name}`, bytesOf(request));
    return null;
  }
}
