import {
  ADJUST_CHOICES,
  BAD_ROW_CHOICES,
  CONFLICT_CHOICES,
  IMPORT_COLUMNS,
  PRICE_SCALE_PATTERN,
  PROFILE_NAME_PATTERN,
  STAMP_CHOICES,
  TASK_ID_PATTERN,
  UPLOAD_ID_PATTERN,
  type AdjustChoice,
  type BadRowChoice,
  type ConflictChoice,
  type ImportChoices,
  type ImportColumn,
  type PreviewImportRequest,
  type StampChoice,
  type StartImportRequest,
} from '@ktrdr/contracts';
import { FIELD_SCHEMAS, JSON_LIMITS, RequestOf } from '@ktrdr/service-kit';
import { IsIn, IsNotEmpty, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

const LONGEST_PATH = 1_000;
const LONGEST_TEXT = 200;
const COLUMN = { type: 'string', pattern: String.raw`\S`, maxLength: LONGEST_TEXT };
const LATER = {
  symbol: FIELD_SCHEMAS.symbol,
  timeframe: FIELD_SCHEMAS.timeframe,
  symbol_map: { additionalProperties: FIELD_SCHEMAS.symbol, maxProperties: JSON_LIMITS.fields },
  columns: { properties: Object.fromEntries(IMPORT_COLUMNS.map((name) => [name, COLUMN])) },
  only: { additionalProperties: COLUMN, maxProperties: JSON_LIMITS.fields },
};

/** Types of the choices. `checkedChoices` checks what is inside them. */
@RequestOf('ImportChoices', LATER)
export class ImportChoicesDto implements ImportChoices {
  @IsOptional()
  @IsString()
  symbol?: string;

  @IsOptional()
  @IsObject()
  symbol_map?: Record<string, string>;

  @IsOptional()
  @IsString()
  timeframe?: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_TEXT)
  timezone?: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_TEXT)
  date_format?: string;

  @IsOptional()
  @IsIn(STAMP_CHOICES)
  stamps?: StampChoice;

  @IsOptional()
  @IsObject()
  columns?: Partial<Record<ImportColumn, string>>;

  @IsOptional()
  @IsObject()
  only?: Record<string, string>;

  @IsOptional()
  @IsIn(['.', ','])
  decimal?: '.' | ',';

  @IsOptional()
  @Matches(PRICE_SCALE_PATTERN, { message: 'price_scale must be a number above 0, for example 10000' })
  price_scale?: string;

  @IsOptional()
  @IsIn(ADJUST_CHOICES)
  adjust?: AdjustChoice;

  @IsOptional()
  @IsIn(BAD_ROW_CHOICES)
  bad_rows?: BadRowChoice;

  @IsOptional()
  @IsIn(CONFLICT_CHOICES)
  on_conflict?: ConflictChoice;
}

@RequestOf('PreviewImportRequest', LATER)
export class PreviewImportDto extends ImportChoicesDto implements PreviewImportRequest {
  @IsOptional()
  @IsString()
  @Matches(UPLOAD_ID_PATTERN, { message: 'upload_id must be the id of an upload: up_k3f9a1b2c4' })
  upload_id?: string;

  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_PATH)
  path?: string;

  @IsOptional()
  @IsString()
  @Matches(PROFILE_NAME_PATTERN, { message: 'profile must be the name of a profile' })
  profile?: string;
}

@RequestOf('StartImportRequest', LATER)
export class StartImportDto extends PreviewImportDto implements StartImportRequest {
  @IsOptional()
  @Matches(TASK_ID_PATTERN, {
    message:
      'task_id must be up to 128 letters, digits, ".", "_", ":" or "-", starting with a letter or digit',
  })
  task_id?: string;
}
