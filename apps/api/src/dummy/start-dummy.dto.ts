import type { StartDummyRequest } from '@ktrdr/contracts';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';

const SHORTEST_SECONDS = 0.000_001;
const LONGEST_SECONDS = 3600;
const MOST_ITERATIONS = 1_000_000;

export class StartDummyDto implements StartDummyRequest {
  @ApiPropertyOptional({ description: 'Seconds an iteration lasts.', maximum: LONGEST_SECONDS, default: 2 })
  @IsOptional()
  @IsNumber({}, { message: 'duration_seconds must be a number of seconds' })
  @Min(SHORTEST_SECONDS, { message: 'duration_seconds must be more than 0' })
  @Max(LONGEST_SECONDS, { message: `duration_seconds must be at most ${LONGEST_SECONDS}` })
  duration_seconds?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: MOST_ITERATIONS, default: 100 })
  @IsOptional()
  @IsInt({ message: 'iterations must be a whole number' })
  @Min(1, { message: 'iterations must be at least 1' })
  @Max(MOST_ITERATIONS, { message: `iterations must be at most ${MOST_ITERATIONS.toLocaleString('en-US')}` })
  iterations?: number;
}
