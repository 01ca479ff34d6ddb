import type { MigrateStrategyResponse, StrategyList, ValidateStrategyResponse } from '@ktrdr/contracts';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { Answers, Fails, Requires } from '@ktrdr/service-kit';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { THREAD_ERRORS } from '../threads.module.js';
import { StrategiesService } from './strategies.service.js';
import { ValidateStrategyDto } from './validate-strategy.dto.js';

@ApiTags('strategies')
@Controller('strategies')
export class StrategiesController {
  constructor(private readonly strategies: StrategiesService) {}

  @Get()
  @Requires('read')
  @ApiOperation({ operationId: 'listStrategies', summary: 'Strategy files of STRATEGIES_DIR' })
  @Answers('StrategyList')
  @Fails('invalid_setting', ...THREAD_ERRORS)
  list(): Promise<StrategyList> {
    return this.strategies.list();
  }

  @Post('validate')
  @Requires('read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'validateStrategy',
    summary: 'Validates a strategy text: all problems at once. A text with errors still answers 200',
  })
  @Answers('ValidateStrategyResponse')
  @Fails(...THREAD_ERRORS)
  validate(@Body() body: ValidateStrategyDto): Promise<ValidateStrategyResponse> {
    return this.strategies.validate(body);
  }

  @Post('migrate')
  @Requires('read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'migrateStrategy',
    summary: 'Converts a v2 strategy text to the current grammar (v3)',
  })
  @Answers('MigrateStrategyResponse')
  @Fails('strategy_invalid', ...THREAD_ERRORS)
  migrate(@Body() body: ValidateStrategyDto): Promise<MigrateStrategyResponse> {
    return this.strategies.migrate(body);
  }
}
