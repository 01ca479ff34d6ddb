import {
  ENGINE_SETTINGS,
  MAX_FILE_NAME_LENGTH,
  OPERATION_ID_PATTERN,
  SYMBOL_PATTERN,
  isTimeframe,
} from '@ktrdr/contracts';
import type { BarsFingerprint, EngineSetting, StartSessionRequest } from '@ktrdr/contracts';
import { FIELD_SCHEMAS, RequestOf } from '@ktrdr/service-kit';
import { TrainingOptionsDto } from '@ktrdr/training-operation';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
} from 'class-validator';

const SHA256 = /^[0-9a-f]{64}$/;

/** Not a nested class: the validation library takes 0.1 s for 800 of them. */
function AreFingerprints(): PropertyDecorator {
  return ValidateBy({
    name: 'fingerprints',
    validator: {
      validate: (value) => Array.isArray(value) && value.every(isFingerprint),
      defaultMessage: (check) => {
        const entries: unknown = check?.value;
        const index = Array.isArray(entries) ? entries.findIndex((entry) => !isFingerprint(entry)) : 0;
        return `fingerprints.${index} must have a symbol, a timeframe and a sha256 of 64 hexadecimal digits, and nothing else`;
      },
    },
  });
}

function isFingerprint(entry: unknown): entry is BarsFingerprint {
  if (typeof entry !== 'object' || entry === null || Object.keys(entry).length !== 3) return false;
  const { symbol, timeframe, sha256 } = entry as Record<string, unknown>;
  return (
    typeof symbol === 'string' &&
    typeof timeframe === 'string' &&
    typeof sha256 === 'string' &&
    SYMBOL_PATTERN.test(symbol) &&
    isTimeframe(timeframe) &&
    SHA256.test(sha256)
  );
}

/** Body of `POST /training/sessions`: a training whose names the API has resolved. Never a path. */
@RequestOf('StartSessionRequest', {
  strategy: FIELD_SCHEMAS.strategyText,
  symbols: FIELD_SCHEMAS.symbol,
  timeframes: FIELD_SCHEMAS.timeframe,
  start_date: FIELD_SCHEMAS.date,
  end_date: FIELD_SCHEMAS.date,
})
export class StartSessionDto extends TrainingOptionsDto implements StartSessionRequest {
  @Matches(OPERATION_ID_PATTERN, { message: "operation_id must be an operation's id" })
  operation_id!: string;

  @IsString()
  strategy!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_FILE_NAME_LENGTH)
  strategy_file!: string;

  @IsIn(ENGINE_SETTINGS)
  engine!: EngineSetting;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(800)
  @AreFingerprints()
  fingerprints!: BarsFingerprint[];

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  attempt?: number;

  @IsOptional()
  @IsBoolean()
  resume?: boolean;
}
