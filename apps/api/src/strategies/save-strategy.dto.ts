import type { SaveStrategyRequest } from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import { IsString, Matches, ValidateIf } from 'class-validator';
import { REVISION_PATTERN } from './delete-strategy.dto.js';

@RequestOf('SaveStrategyRequest', { text: FIELD_SCHEMAS.strategyText })
export class SaveStrategyDto implements SaveStrategyRequest {
  @IsString()
  text!: string;

  @ValidateIf((body: SaveStrategyDto) => body.revision !== null)
  @Matches(REVISION_PATTERN, { message: 'revision must be the revision of GET /strategies/:name, or null' })
  revision!: string | null;
}
