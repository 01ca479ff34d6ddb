import type { ComputeIndicatorResponse, IndicatorList } from '@ktrdr/contracts';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ComputeIndicatorDto } from './compute-indicator.dto.js';
import { IndicatorsService } from './indicators.service.js';

@ApiTags('indicators')
@Controller('indicators')
export class IndicatorsController {
  constructor(private readonly indicators: IndicatorsService) {}

  @Get()
  @ApiOperation({ summary: 'Every indicator: names, parameters with defaults and ranges, outputs' })
  list(): IndicatorList {
    return this.indicators.list();
  }

  @Post('compute')
  @HttpCode(200)
  @ApiOperation({ summary: 'An indicator on the bars of DATA_DIR: one array an output, null before warm-up' })
  compute(@Body() body: ComputeIndicatorDto): Promise<ComputeIndicatorResponse> {
    return this.indicators.compute(body);
  }
}
