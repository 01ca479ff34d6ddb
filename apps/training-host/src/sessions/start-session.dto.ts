import {
  ENGINE_SETTINGS,
  MAX_FILE_NAME_LENGTH,
  OPERATION_ID_PATTERN,
  SYMBOL_PATTERN,
  TIMEFRAMES,
  WALK_FORWARD_FOLDS,
} from '@ktrdr/contracts';
import type { BarsFingerprint, EngineSetting, StartSessionRequest } from '@ktrdr/contracts';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
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
  @ApiProperty()
  @Matches(SYMBOL_PATTERN)
  symbol!: string;

  @ApiProperty({ enum: TIMEFRAMES })
  @IsIn(TIMEFRAMES)
  timeframe!: string;

  @ApiProperty({ description: "Of the bars file's bytes." })
  @Matches(SHA256, { message: 'sha256 must be 64 hexadecimal digits' })
  sha256!: string;
}

/** Body of `POST /training/sessions`: what the API resolved, never a path. */
export class StartSessionDto implements StartSessionRequest {
  @ApiProperty({
    description: "The API's operation. Asked again for one operation, the host answers with its session.",
  })
  @Matches(OPERATION_ID_PATTERN, { message: "operation_id must be an operation's id" })
  operation_id!: string;

  @ApiProperty({ description: "The strategy file's text." })
  @IsString()
  strategy!: string;

  @ApiProperty({ description: 'What error messages call the text.' })
  @IsString()
  @MaxLength(MAX_FILE_NAME_LENGTH)
  strategy_file!: string;

  @ApiPropertyOptional({ description: "In place of the file's symbols.", type: [String] })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  symbols?: string[];

  @ApiPropertyOptional({ description: "In place of the file's timeframes.", type: [String] })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  timeframes?: string[];

  @ApiPropertyOptional({ description: 'YYYY-MM-DD or ISO 8601, included.' })
  @IsOptional()
  @IsString()
  start_date?: string;

  @ApiPropertyOptional({ description: 'YYYY-MM-DD or ISO 8601, included.' })
  @IsOptional()
  @IsString()
  end_date?: string;

  @ApiPropertyOptional({ description: 'Above 0, below 1: share of the rows that are not test rows.' })
  @IsOptional()
  @IsNumber()
  @Min(Number.EPSILON)
  @Max(1 - Number.EPSILON)
  validation_split?: number;

  @ApiProperty({ description: 'Writes figures of every epoch.' })
  @IsBoolean()
  detailed_analytics!: boolean;

  @ApiPropertyOptional({
    description: 'Folds of a walk-forward evaluation.',
    minimum: WALK_FORWARD_FOLDS.least,
    maximum: WALK_FORWARD_FOLDS.most,
  })
  @IsOptional()
  @IsInt()
  @Min(WALK_FORWARD_FOLDS.least)
  @Max(WALK_FORWARD_FOLDS.most)
  walk_forward?: number;

  @ApiProperty({ description: 'Prepares everything and trains nothing.' })
  @IsBoolean()
  dry_run!: boolean;

  @ApiProperty({ description: 'The same seed gives the same model.', minimum: 0, maximum: MAX_SEED })
  @IsInt()
  @Min(0)
  @Max(MAX_SEED)
  seed!: number;

  @ApiProperty({
    description: "auto: the host's own setting, resolved for this network before the run.",
    enum: ENGINE_SETTINGS,
  })
  @IsIn(ENGINE_SETTINGS)
  engine!: EngineSetting;

  @ApiProperty({ description: 'One for every symbol and timeframe.', type: [FingerprintDto] })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(800)
  @ValidateNested({ each: true })
  @Type(() => FingerprintDto)
  fingerprints!: FingerprintDto[];

  @ApiPropertyOptional({ description: "The operation's attempt.", minimum: 1, default: 1 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  attempt?: number;

  @ApiPropertyOptional({ description: "Goes on from the operation's last checkpoint here.", default: false })
  @IsOptional()
  @IsBoolean()
  resume?: boolean;
}
