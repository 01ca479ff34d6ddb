import {
  ENGINE_SETTINGS,
  MAX_FILE_NAME_LENGTH,
  OPERATION_ID_PATTERN,
  SYMBOL_PATTERN,
  TIMEFRAMES,
  WALK_FORWARD_FOLDS,
} from '@ktrdr/contracts';
import type { BarsFingerprint, EngineSetting, StartSessionRequest } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

const SHA256 = /^[0-9a-f]{64}$/;
const MAX_SEED = 0xffff_ffff;

class FingerprintDto implements BarsFingerprint {
  @Matches(SYMBOL_PATTERN)
  symbol!: string;

  @IsIn(TIMEFRAMES)
  timeframe!: string;

  @Matches(SHA256, { message: 'sha256 must be 64 hexadecimal digits' })
  sha256!: string;
}

/** Body of `POST /training/sessions`: what the API resolved, never a path. */
@RequestOf('StartSessionRequest')
export class StartSessionDto implements StartSessionRequest {
  @Matches(OPERATION_ID_PATTERN, { message: "operation_id must be an operation's id" })
  operation_id!: string;

  @IsString()
  strategy!: string;

  @IsString()
  @MaxLength(MAX_FILE_NAME_LENGTH)
  strategy_file!: string;

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  symbols?: string[];

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  timeframes?: string[];

  @IsOptional()
  @IsString()
  start_date?: string;

  @IsOptional()
  @IsString()
  end_date?: string;

  @IsOptional()
  @IsNumber()
  @Min(Number.EPSILON)
  @Max(1 - Number.EPSILON)
  validation_split?: number;

  @IsBoolean()
  detailed_analytics!: boolean;

  @IsOptional()
  @IsInt()
  @Min(WALK_FORWARD_FOLDS.least)
  @Max(WALK_FORWARD_FOLDS.most)
  walk_forward?: number;

  @IsBoolean()
  dry_run!: boolean;

  @IsInt()
  @Min(0)
  @Max(MAX_SEED)
  seed!: number;

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
