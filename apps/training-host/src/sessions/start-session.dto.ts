import {
  ENGINE_SETTINGS,
  MAX_FILE_NAME_LENGTH,
  OPERATION_ID_PATTERN,
  SYMBOL_PATTERN,
  TIMEFRAMES,
} from '@ktrdr/contracts';
import type { BarsFingerprint, EngineSetting, StartSessionRequest } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { TrainingOptionsDto } from '@ktrdr/training-operation';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

const SHA256 = /^[0-9a-f]{64}$/;

class FingerprintDto implements BarsFingerprint {
  @Matches(SYMBOL_PATTERN)
  symbol!: string;

  @IsIn(TIMEFRAMES)
  timeframe!: string;

  @Matches(SHA256, { message: 'sha256 must be 64 hexadecimal digits' })
  sha256!: string;
}

/** Body of `POST /training/sessions`: a training whose names the API has resolved. Never a path. */
@RequestOf('StartSessionRequest')
export class StartSessionDto extends TrainingOptionsDto implements StartSessionRequest {
  @Matches(OPERATION_ID_PATTERN, { message: "operation_id must be an operation's id" })
  operation_id!: string;

  @IsString()
  strategy!: string;

  @IsString()
  @MaxLength(MAX_FILE_NAME_LENGTH)
  strategy_file!: string;

  @IsIn(ENGINE_SETTINGS)
  engine!: EngineSetting;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(800)
  @ValidateNested({ each: true })
  @Type(() => FingerprintDto)
  fingerprints!: FingerprintDto[];

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  attempt?: number;

  @IsOptional()
  @IsBoolean()
  resume?: boolean;
}
