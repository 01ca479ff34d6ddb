import type {
  BarsDetails,
  BarsList,
  DataCheck,
  DeletedBars,
  ResampledBars,
  SampleDataResponse,
} from '@ktrdr/contracts';
import { Body, Controller, Delete, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { Answers, AnswersBytes, Fails, Requires } from '@ktrdr/service-kit';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { THREAD_ERRORS } from '../threads.module.js';
import { BarsDto, ExportBarsDto, ResampleBarsDto, ShowBarsDto } from './bars.dto.js';
import { DataCheckDto } from './data-check.dto.js';
import { MarketDataService } from './market-data.service.js';
import { SampleDataDto } from './sample-data.dto.js';

@ApiTags('data')
@Controller('data')
export class MarketDataController {
  constructor(private readonly marketData: MarketDataService) {}

  @Get()
  @Requires('read')
  @ApiOperation({
    operationId: 'listBars',
    summary: 'The bars files of DATA_DIR: range, size, fingerprint, origins',
  })
  @Answers('BarsList')
  @Fails('storage_failed', 'folder_missing', ...THREAD_ERRORS)
  list(): Promise<BarsList> {
    return this.marketData.list();
  }

  @Get('show')
  @Requires('read')
  @ApiOperation({
    operationId: 'showBars',
    summary: 'One bars file: facts, origins, report, chart, and the models that were trained on it',
  })
  @Answers('BarsDetails')
  @Fails(
    'invalid_name',
    'bars_not_found',
    'bars_invalid',
    'storage_failed',
    'folder_missing',
    ...THREAD_ERRORS,
  )
  show(@Query() query: ShowBarsDto): Promise<BarsDetails> {
    return this.marketData.show(query);
  }

  @Get('export')
  @Requires('read')
  @ApiOperation({ operationId: 'exportBars', summary: 'The bars of a symbol and timeframe as a file' })
  @AnswersBytes('The file.')
  @Fails(
    'invalid_name',
    'invalid_date',
    'invalid_date_range',
    'bars_not_found',
    'bars_invalid',
    'no_bars_in_range',
    'storage_failed',
    'folder_missing',
  )
  async export(@Query() query: ExportBarsDto, @Res() reply: FastifyReply): Promise<void> {
    const { file, bytes, stream } = await this.marketData.export(query);
    // in this form a % of the name stays a %
    void reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file)}`);
    if (bytes !== null) void reply.header('content-length', bytes);
    await reply.type('application/octet-stream').send(stream);
  }

  @Delete()
  @Requires('operate', { action: 'delete', target: barsOf })
  @ApiOperation({ operationId: 'deleteBars', summary: 'Deletes one bars file' })
  @Answers('DeletedBars')
  @Fails('invalid_name', 'bars_not_found', 'bars_invalid', 'storage_failed', 'folder_missing')
  delete(@Query() query: BarsDto): Promise<DeletedBars> {
    return this.marketData.delete(query);
  }

  @Post('resample')
  @Requires('operate', { action: 'import', target: (_, { body }) => barsOf(body) })
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resampleBars',
    summary: 'Makes bars of coarser timeframes from those of a finer one',
  })
  @Answers('ResampledBars')
  @Fails(
    'invalid_name',
    'bars_not_found',
    'bars_invalid',
    'not_enough_bars',
    'import_conflict',
    'disk_full',
    'storage_failed',
    'folder_missing',
    ...THREAD_ERRORS,
  )
  resample(@Body() body: ResampleBarsDto): Promise<ResampledBars> {
    return this.marketData.resample(body);
  }

  @Get('check')
  @Requires('read')
  @ApiOperation({
    operationId: 'checkData',
    summary: 'What is unusual about the bars files of DATA_DIR: splits, halts, gaps, bad prints',
  })
  @Answers('DataCheck')
  @Fails(
    'invalid_name',
    'bars_not_found',
    'bars_invalid',
    'storage_failed',
    'folder_missing',
    ...THREAD_ERRORS,
  )
  check(@Query() query: DataCheckDto): Promise<DataCheck> {
    return this.marketData.check(query);
  }

  @Post('sample')
  @Requires('operate', {
    action: 'import',
    target: (data) => (data as Partial<SampleDataResponse> | undefined)?.file,
  })
  @HttpCode(200)
  @ApiOperation({
    operationId: 'writeSampleBars',
    summary: 'Writes sample bars: real S&P 500 bars for SP500 1d, synthetic bars for all others',
  })
  @Answers('SampleDataResponse')
  @Fails(
    'invalid_name',
    'invalid_date',
    'invalid_date_range',
    'bars_exist',
    'import_conflict',
    'no_bars_in_range',
    'disk_full',
    'storage_failed',
    ...THREAD_ERRORS,
  )
  sample(@Body() body: SampleDataDto): Promise<SampleDataResponse> {
    return this.marketData.sample(body);
  }
}

/** `AAPL 1h`, from an answer or a body. */
function barsOf(bars: unknown): string | undefined {
  const { symbol, timeframe } = (bars ?? {}) as { symbol?: unknown; timeframe?: unknown };
  return typeof symbol === 'string' && typeof timeframe === 'string' ? `${symbol} ${timeframe}` : undefined;
}
