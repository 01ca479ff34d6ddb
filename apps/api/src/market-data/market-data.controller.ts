import type { SampleDataResponse } from '@ktrdr/contracts';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { MarketDataService } from './market-data.service.js';
import { SampleDataDto } from './sample-data.dto.js';

@ApiTags('data')
@Controller('data')
export class MarketDataController {
  constructor(private readonly marketData: MarketDataService) {}

  @Post('sample')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Writes bars to begin with: the real S&P 500 for SP500 1d, synthetic ones for the rest',
  })
  sample(@Body() body: SampleDataDto): Promise<SampleDataResponse> {
    return this.marketData.sample(body);
  }
}
