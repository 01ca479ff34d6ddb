import {
  STRATEGY_NAME_PATTERN,
  type DeletedStrategy,
  type MigrateStrategyResponse,
  type SavedStrategy,
  type StrategyFile,
  type StrategyList,
  type StrategySchema,
  type ValidateStrategyResponse,
} from '@ktrdr/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { Answers, Fails, Requires, type Audited } from '@ktrdr/service-kit';
import { strategySchema } from '@ktrdr/strategy';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { THREAD_ERRORS } from '../threads.module.js';
import { DeleteStrategyDto } from './delete-strategy.dto.js';
import { SaveStrategyDto } from './save-strategy.dto.js';
import { StrategiesService } from './strategies.service.js';
import { ValidateStrategyDto } from './validate-strategy.dto.js';

const NAME = ApiParam({
  name: 'name',
  description: 'Name of the file in STRATEGIES_DIR, without its ending.',
  schema: { type: 'string', pattern: STRATEGY_NAME_PATTERN.source, example: 'momentum' },
});

/** What the audit log records. */
const OF_NAME: Audited['target'] = (_data, { params }) => `strategy ${(params as { name: string }).name}`;

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

  @Get('schema')
  @Requires('read')
  @ApiOperation({
    operationId: 'getStrategySchema',
    summary: 'JSON Schema of a strategy file, with all indicators and kinds of labels',
  })
  @Answers('StrategySchema')
  schema(): StrategySchema {
    return strategySchema();
  }

  @Get(':name')
  @Requires('read')
  @ApiOperation({ operationId: 'getStrategy', summary: 'Text and revision of a strategy file' })
  @NAME
  @Answers('StrategyFile')
  @Fails('invalid_name', 'strategy_not_found', 'strategy_invalid', 'invalid_setting')
  get(@Param('name') name: string): Promise<StrategyFile> {
    return this.strategies.read(name);
  }

  @Put(':name')
  @Requires('operate', { action: 'save', target: OF_NAME })
  @ApiOperation({
    operationId: 'saveStrategy',
    summary: 'Saves a strategy file if it still has the given revision. A text with errors is saved too',
  })
  @NAME
  @Answers('SavedStrategy')
  @Fails(
    'invalid_name',
    'strategy_changed',
    'strategy_invalid',
    'folder_read_only',
    'disk_full',
    'storage_failed',
    'invalid_setting',
    ...THREAD_ERRORS,
  )
  save(@Param('name') name: string, @Body() body: SaveStrategyDto): Promise<SavedStrategy> {
    return this.strategies.save(name, body);
  }

  @Delete(':name')
  @Requires('operate', { action: 'delete', target: OF_NAME })
  @ApiOperation({
    operationId: 'deleteStrategy',
    summary: 'Deletes a strategy file if it still has the given revision. Its models stay',
  })
  @NAME
  @Answers('DeletedStrategy')
  @Fails(
    'invalid_name',
    'strategy_not_found',
    'strategy_changed',
    'strategy_invalid',
    'folder_read_only',
    'storage_failed',
    'invalid_setting',
  )
  delete(@Param('name') name: string, @Query() { revision }: DeleteStrategyDto): Promise<DeletedStrategy> {
    return this.strategies.delete(name, revision);
  }
}
