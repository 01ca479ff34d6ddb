import type { CheckUploadQuery, UploadFileQuery } from '@ktrdr/contracts';
import { QueryNumber, RequestOf } from '@ktrdr/service-kit';
import { IsInt, IsNotEmpty, IsString, Max, MaxLength, Min } from 'class-validator';

/** Longest name of a file, in characters. A later check counts its bytes, which file systems limit. */
const LONGEST_NAME = 255;

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
