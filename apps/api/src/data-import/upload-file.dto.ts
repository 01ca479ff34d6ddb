import type { CheckUploadQuery, UploadFileQuery } from '@ktrdr/contracts';
import { QueryNumber, RequestOf } from '@ktrdr/service-kit';
import { IsInt, IsNotEmpty, IsString, Max, MaxLength, Min } from 'class-validator';

const LONGEST_NAME = 1_000;

@RequestOf('UploadFileQuery')
export class UploadFileDto implements UploadFileQuery {
  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_NAME)
  file!: string;
}

@RequestOf('CheckUploadQuery')
export class CheckUploadDto extends UploadFileDto implements CheckUploadQuery {
  @QueryNumber()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  bytes!: number;
}
