import type {
  DeleteModelResponse,
  ModelComparison,
  ModelDecisions,
  ModelDetails,
  ModelList,
  PredictResponse,
} from '@ktrdr/contracts';
import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { MODEL_FILES, MODEL_VERSION_PATTERN, STRATEGY_NAME_PATTERN } from '@ktrdr/contracts';
import { Answers, AnswersBytes, Fails, Requires } from '@ktrdr/service-kit';
import { ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CompareModelsDto } from './compare-models.dto.js';
import { sendModelFile } from './send-model-file.js';
import { ModelDecisionsDto } from './model-decisions.dto.js';
import { ListModelsDto } from './list-models.dto.js';
import { ModelsService } from './models.service.js';
import { PredictDto } from './predict.dto.js';

const OF_STRATEGY = ApiParam({
  name: 'strategy',
  description: "The strategy's name.",
  schema: { type: 'string', pattern: STRATEGY_NAME_PATTERN.source, example: 'momentum' },
});
const OF_VERSION = ApiParam({
  name: 'version',
  description: 'Timeframe and number.',
  schema: { type: 'string', pattern: MODEL_VERSION_PATTERN.source, example: '1h_v3' },
});

@ApiTags('models')
@Controller('models')
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Get()
  @Requires('read')
  @ApiOperation({ operationId: 'listModels', summary: 'Trained models, newest first' })
  @Answers('ModelList')
  @Fails('storage_failed', 'folder_missing')
  list(@Query() query: ListModelsDto): Promise<ModelList> {
    return this.models.list(query.sort);
  }

  @Get('compare')
  @Requires('read')
  @ApiOperation({
    operationId: 'compareModels',
    summary: 'Metrics of several models side by side, and how the models differ',
  })
  @Answers('ModelComparison')
  @Fails(
    'invalid_name',
    'model_not_found',
    'model_damaged',
    'model_unsupported',
    'storage_failed',
    'folder_missing',
  )
  compare(@Query() query: CompareModelsDto): Promise<ModelComparison> {
    return this.models.compare(query.models);
  }

  @Get(':strategy/:version')
  @Requires('read')
  @ApiOperation({
    operationId: 'getModel',
    summary: 'One model, after its files were checked against their checksums',
  })
  @OF_STRATEGY
  @OF_VERSION
  @Answers('ModelDetails')
  @Fails(
    'invalid_name',
    'model_not_found',
    'model_damaged',
    'model_unsupported',
    'storage_failed',
    'folder_missing',
  )
  get(@Param('strategy') strategy: string, @Param('version') version: string): Promise<ModelDetails> {
    return this.models.get(strategy, version);
  }

  @Get(':strategy/:version/files/:name')
  @Requires('read')
  @ApiOperation({ operationId: 'getModelFile', summary: 'One file of a model, such as model.onnx' })
  @OF_STRATEGY
  @OF_VERSION
  @ApiParam({ name: 'name', schema: { type: 'string', enum: [...MODEL_FILES] } })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'ETag of the file that the client has.',
    schema: { type: 'string' },
    example: '"7f3a9c2b1e40"',
  })
  @AnswersBytes('The file.', 'application/json', 'application/yaml')
  @ApiResponse({ status: 304, description: 'The client has this file already.' })
  @Fails('invalid_name', 'not_found', 'model_not_found', 'model_damaged', 'storage_failed', 'folder_missing')
  async file(
    @Param('strategy') strategy: string,
    @Param('version') version: string,
    @Param('name') name: string,
    @Headers('If-None-Match') known: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const file = await this.models.open(strategy, version, name);
    await sendModelFile(reply, file, { name, known, saveAs: `${strategy}-${version}-${name}` });
  }

  @Get(':strategy/:version/decisions')
  @Requires('read')
  @ApiOperation({
    operationId: 'getModelDecisions',
    summary: "A model's decisions and trades on the bars of its test part",
  })
  @OF_STRATEGY
  @OF_VERSION
  @Answers('ModelDecisions')
  @Fails(
    'invalid_name',
    'model_not_found',
    'bars_not_found',
    'model_damaged',
    'model_unsupported',
    'bars_invalid',
    'no_bars_in_range',
    'not_enough_bars',
    'predictions_busy',
    'prediction_failed',
    'prediction_timeout',
    'service_stopping',
    'storage_failed',
    'folder_missing',
  )
  decisions(
    @Param('strategy') strategy: string,
    @Param('version') version: string,
    @Query() { symbol }: ModelDecisionsDto,
  ): Promise<ModelDecisions> {
    return this.models.decisions(strategy, version, symbol);
  }

  @Delete(':strategy/:version')
  @Requires('operate', 'delete')
  @ApiOperation({
    operationId: 'deleteModel',
    summary: 'Deletes a model; its version number is not reused',
  })
  @OF_STRATEGY
  @OF_VERSION
  @Answers('DeleteModelResponse')
  @Fails('invalid_name', 'model_not_found', 'storage_failed', 'folder_missing')
  delete(
    @Param('strategy') strategy: string,
    @Param('version') version: string,
  ): Promise<DeleteModelResponse> {
    return this.models.delete(strategy, version);
  }

  @Post(':strategy/:version/predict')
  @Requires('read')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'predict',
    summary: "A model's predictions for a symbol's newest bars: class, probabilities, decision",
  })
  @OF_STRATEGY
  @OF_VERSION
  @Answers('PredictResponse')
  @Fails(
    'invalid_name',
    'invalid_date',
    'model_not_found',
    'bars_not_found',
    'model_damaged',
    'model_unsupported',
    'wrong_timeframe',
    'bars_invalid',
    'no_bars_in_range',
    'not_enough_bars',
    'predictions_busy',
    'prediction_failed',
    'prediction_timeout',
    'service_stopping',
    'storage_failed',
    'folder_missing',
  )
  predict(
    @Param('strategy') strategy: string,
    @Param('version') version: string,
    @Body() body: PredictDto,
  ): Promise<PredictResponse> {
    return this.models.predict(strategy, version, body);
  }
}
