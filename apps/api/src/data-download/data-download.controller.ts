import type { DataSourceList, OperationStarted } from '@ktrdr/contracts';
import { Answers, Fails, Requires } from '@ktrdr/service-kit';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DownloadManager } from './download-manager.js';
import { DownloadSources } from './download-sources.js';
import { StartDownloadDto } from './start-download.dto.js';

@ApiTags('data')
@Controller('data')
export class DataDownloadController {
  constructor(
    private readonly downloads: DownloadManager,
    private readonly sources: DownloadSources,
  ) {}

  @Get('sources')
  @Requires('read')
  @ApiOperation({
    operationId: 'listDataSources',
    summary: 'Configured sources of downloads, with their terms',
  })
  @Answers('DataSourceList')
  list(): DataSourceList {
    return { sources: this.sources.list() };
  }

  @Post('downloads/start')
  @Requires('operate', 'start')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'startDownload',
    summary: 'Starts a download of the missing bars of a bars file',
  })
  @Answers('OperationStarted')
  @Fails(
    'invalid_name',
    'invalid_date',
    'invalid_date_range',
    'source_not_found',
    'operation_conflict',
    'too_many_waiting',
    'service_stopping',
    'store_unavailable',
  )
  start(@Body() body: StartDownloadDto): Promise<OperationStarted> {
    return this.downloads.startDownload(body);
  }
}
