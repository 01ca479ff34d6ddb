import type { DeleteStrategyQuery } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { Matches } from 'class-validator';

/** SHA-256 in hexadecimal. */
export const REVISION_PATTERN = /^[0-9a-f]{64}$/;

@RequestOf('DeleteStrategyQuery')
export class DeleteStrategyDto implements DeleteStrategyQuery {
  @Matches(REVISION_PATTERN, { message: 'revision must be the revision of GET /strategies/:name' })
  revision!: string;
}
