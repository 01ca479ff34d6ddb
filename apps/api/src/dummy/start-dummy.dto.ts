import type { StartDummyRequest } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';

const SHORTEST_SECONDS = 0.000_001;
const LONGEST_SECONDS = 3600;
const MOST_ITERATIONS = 1_000_000;

@RequestOf('StartDummyRequest')
export class StartDummyDto implements StartDummyRequest {
  @IsOptional()
  @IsNumber({}, { message: 'duration_seconds must be a number of seconds' })
  @Min(SHORTEST_SECONDS, { message: 'duration_seconds must be more than 0' })
  @Max(LONGEST_SECONDS, { message: `duration_seconds must be at most ${LONGEST_SECONDS}` })
  duration_seconds?: number;

  @IsOptional()
  @IsInt({ message: 'iterations must be a whole number' })
  @Min(1, { message: 'iterations must be at least 1' })
  @Max(MOST_ITERATIONS, { message: `iterations must be at most ${MOST_ITERATIONS.toLocaleString('en-US')}` })
  iterations?: number;
}
