import type { DataCheck, SampleDataResponse } from '@ktrdr/contracts';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { Answers, Fails, Requires } from '@ktrdr/service-kit';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { THREAD_ERRORS } from '../threads.module.js';
import { DataCheckDto } from './data-check.dto.js';
import { MarketDataService } from './market-data.service.js';
import { SampleDataDto } from './sample-data.dto.js';

@ApiTags('data')
@Controller('data')
export class MarketDataController {
  constructor(private readonly marketData: MarketDataService) {}

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
    'no_bars_in_range',
    'disk_full',
    'storage_failed',
    ...THREAD_ERRORS,
  )
  sample(@Body() body: SampleDataDto): Promise<SampleDataResponse> {
    return this.marketData.sample(body);
  }
}
