import type {
  DeleteModelResponse,
  ModelComparison,
  ModelDetails,
  ModelList,
  PredictResponse,
} from '@ktrdr/contracts';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CompareModelsDto } from './compare-models.dto.js';
import { ListModelsDto } from './list-models.dto.js';
import { ModelsService } from './models.service.js';
import { PredictDto } from './predict.dto.js';

@ApiTags('models')
@Controller('models')
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Get()
  @ApiOperation({ summary: 'Trained models, newest first' })
  list(@Query() query: ListModelsDto): Promise<ModelList> {
    return this.models.list(query.sort);
  }

  @Get('compare')
  @ApiOperation({ summary: 'Figures of models side by side, and in what the models differ' })
  compare(@Query() query: CompareModelsDto): Promise<ModelComparison> {
    return this.models.compare(query.models);
  }

  @Get(':strategy/:version')
  @ApiOperation({ summary: 'One model, its files checked against their checksums' })
  get(@Param('strategy') strategy: string, @Param('version') version: string): Promise<ModelDetails> {
    return this.models.get(strategy, version);
  }

  @Delete(':strategy/:version')
  @ApiOperation({ summary: 'Removes a model, whole or not at all; its number is not given again' })
  delete(
    @Param('strategy') strategy: string,
    @Param('version') version: string,
  ): Promise<DeleteModelResponse> {
    return this.models.delete(strategy, version);
  }

  @Post(':strategy/:version/predict')
  @HttpCode(200)
  @ApiOperation({ summary: "What a model says of a symbol's newest bars: class, probabilities, decision" })
  predict(
    @Param('strategy') strategy: string,
    @Param('version') version: string,
    @Body() body: PredictDto,
  ): Promise<PredictResponse> {
    return this.models.predict(strategy, version, body);
  }
}
