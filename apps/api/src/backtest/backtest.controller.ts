import { KtrdrError, MODEL_VERSION_PATTERN, STRATEGY_NAME_PATTERN, TRADES_FORMATS } from '@ktrdr/contracts';
import type { OperationStarted, TradesFormat } from '@ktrdr/contracts';
import { OperationsService } from '@ktrdr/orchestrator';
import { Answers, AnswersBytes, Fails, Requires } from '@ktrdr/service-kit';
import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { BacktestFiles } from './backtest-files.js';
import { BacktestManager } from './backtest-manager.js';
import { StartBacktestDto } from './start-backtest.dto.js';

/** Starts backtests, and sends their trades. */
@ApiTags('backtests')
@Controller()
export class BacktestController {
  constructor(
    private readonly backtests: BacktestManager,
    private readonly files: BacktestFiles,
    private readonly operations: OperationsService,
  ) {}

  @Post('models/:strategy/:version/backtest')
  @Requires('operate', 'start')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'startBacktest',
    summary: "Starts a backtest of a model's decisions on bars that it has not seen",
  })
  @ApiParam({
    name: 'strategy',
    description: "The strategy's name.",
    schema: { type: 'string', pattern: STRATEGY_NAME_PATTERN.source, example: 'momentum' },
  })
  @ApiParam({
    name: 'version',
    description: 'Timeframe and number.',
    schema: { type: 'string', pattern: MODEL_VERSION_PATTERN.source, example: '1h_v3' },
  })
  @Answers('OperationStarted')
  @Fails(
    'invalid_name',
    'invalid_date',
    'invalid_date_range',
    'model_not_found',
    'bars_not_found',
    'bars_invalid',
    'model_damaged',
    'model_unsupported',
    'no_decisions',
    'range_in_sample',
    'wrong_timeframe',
    'too_many_waiting',
    'service_stopping',
    'storage_failed',
    'store_unavailable',
  )
  start(
    @Param('strategy') strategy: string,
    @Param('version') version: string,
    @Body() body: StartBacktestDto,
  ): Promise<OperationStarted> {
    return this.backtests.startBacktest(strategy, version, body);
  }

  @Get('operations/:id/trades/:format')
  @Requires('read')
  @ApiOperation({
    operationId: 'getBacktestTrades',
    summary: 'The trades of a completed backtest, as a file',
  })
  @ApiParam({
    name: 'id',
    description: "The backtest's id.",
    schema: { type: 'string', example: 'op_backtest_20260105T100000_k3f9a1b2' },
  })
  @ApiParam({ name: 'format', schema: { type: 'string', enum: [...TRADES_FORMATS] } })
  @AnswersBytes('The trades: a header and a line for each, or a JSON list.')
  @Fails('invalid_name', 'operation_not_found', 'trades_not_found', 'store_unavailable')
  async trades(
    @Param('id') id: string,
    @Param('format') format: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!isFormat(format))
      throw new KtrdrError(
        'invalid_name',
        `Trades come as ${TRADES_FORMATS.join(' or ')}, not as '${format}'.`,
      );
    const { operation_type: type, status } = await this.operations.get(id);
    if (type !== 'backtest' || status !== 'completed') {
      const why = type === 'backtest' ? `it is ${status}, not completed` : `it is a ${type}, not a backtest`;
      throw new KtrdrError('trades_not_found', `${id} has no trades: ${why}.`, { details: { type, status } });
    }
    await reply.type('application/octet-stream').send(await this.files.open(id, format));
  }
}

function isFormat(text: string): text is TradesFormat {
  return TRADES_FORMATS.some((format) => format === text);
}
