import type { ModelDetails, ModelList } from '@ktrdr/contracts';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ModelStorage } from '@ktrdr/trainer';

@ApiTags('models')
@Controller('models')
export class ModelsController {
  constructor(private readonly models: ModelStorage) {}

  @Get()
  @ApiOperation({ summary: 'Trained models, newest first' })
  async list(): Promise<ModelList> {
    return { models: await this.models.list() };
  }

  @Get(':strategy/:version')
  @ApiOperation({ summary: 'One model, its files checked against their checksums' })
  get(@Param('strategy') strategy: string, @Param('version') version: string): Promise<ModelDetails> {
    return this.models.get(strategy, version);
  }
}
