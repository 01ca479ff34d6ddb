import type { UploadFileQuery } from '@ktrdr/contracts';
import { RequestOf } from '@ktrdr/service-kit';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';

const LONGEST_NAME = 1_000;

@RequestOf('UploadFileQuery')
export class UploadFileDto implements UploadFileQuery {
  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_NAME)
  file!: string;
}
