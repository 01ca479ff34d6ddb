import {
  MOST_WALK_FORWARD_BARS,
  TRAINING_SEEDS,
  WALK_FORWARD_FOLDS,
  type TrainingOptions,
} from '@ktrdr/contracts';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateBy,
} from 'class-validator';

const MAX_SEED = 0xffff_ffff;
const MAX_NAMES = 100;

/** Refuses an option that has no effect without another one. */
function Needs(other: keyof TrainingOptions): PropertyDecorator {
  return ValidateBy({
    name: 'needs',
    validator: {
      validate: (_value, check) => {
        const options = check?.object as TrainingOptions | undefined;
        return (options?.[other] ?? null) !== null;
      },
      defaultMessage: (check) => `${check?.property} needs ${other}`,
    },
  });
}

/** Types and bounds of the options, in requests to the API and to a host. Checks that need the strategy follow later. */
export class TrainingOptionsDto implements TrainingOptions {
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_NAMES)
  @IsString({ each: true })
  symbols?: string[];

  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_NAMES)
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
  @Min(Number.EPSILON, { message: 'validation_split must be above 0' })
  @Max(1 - Number.EPSILON, { message: 'validation_split must be below 1' })
  validation_split?: number;

  @IsOptional()
  @IsBoolean()
  detailed_analytics?: boolean;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_SEED)
  seed?: number;

  @IsOptional()
  @IsInt()
  @Min(TRAINING_SEEDS.least)
  @Max(TRAINING_SEEDS.most)
  seeds?: number;

  @IsOptional()
  @IsInt()
  @Min(WALK_FORWARD_FOLDS.least)
  @Max(WALK_FORWARD_FOLDS.most)
  walk_forward?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_WALK_FORWARD_BARS)
  @Needs('walk_forward')
  walk_forward_window?: number;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MOST_WALK_FORWARD_BARS)
  @Needs('walk_forward')
  walk_forward_gap?: number;

  @IsOptional()
  @IsBoolean()
  dry_run?: boolean;
}
