import type { IndicatorList } from '@ktrdr/contracts';
import { Body, Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { Answers, AnswersJson, Fails, Requires } from '@ktrdr/service-kit';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { THREAD_ERRORS } from '../threads.module.js';
import { ComputeIndicatorDto } from './compute-indicator.dto.js';
import { IndicatorsService } from './indicators.service.js';

@ApiTags('indicators')
@Controller('indicators')
export class IndicatorsController {
  constructor(private readonly indicators: IndicatorsService) {}

  @Get()
  @Requires('read')
  @ApiOperation({
    operationId: 'listIndicators',
    summary: 'Every indicator: names, parameters with defaults and ranges, outputs',
  })
  @Answers('IndicatorList')
  list(): IndicatorList {
    return this.indicators.list();
  }

  @Post('compute')
  @Requires('read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'computeIndicator',
    summary: 'Computes an indicator on bars of DATA_DIR: one array per output, null during warm-up',
  })
  @AnswersJson('ComputeIndicatorResponse')
  @Fails(
    'indicator_not_found',
    'invalid_name',
    'invalid_date',
    'invalid_date_range',
    'bars_not_found',
    'bars_invalid',
    'no_bars_in_range',
    ...THREAD_ERRORS,
  )
  async compute(@Body() body: ComputeIndicatorDto, @Res() reply: FastifyReply): Promise<void> {
    await reply.type('application/json; charset=utf-8').send(await this.indicators.compute(body));
  }
}
