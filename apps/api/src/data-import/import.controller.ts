import { UPLOAD_ID_PATTERN } from '@ktrdr/contracts';
import type { ImportPreview, OperationStarted, UploadedFile } from '@ktrdr/contracts';
import {
  Answers,
  AnswersNothing,
  type ByteRequest,
  bytesOf,
  Fails,
  Requires,
  TakesBytes,
} from '@ktrdr/service-kit';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { PreviewImportDto, StartImportDto } from './import-choices.dto.js';
import { ImportManager } from './import-manager.js';
import { ImportPreviews } from './import-previews.js';
import { CheckUploadDto, UploadFileDto } from './upload-file.dto.js';
import { Uploads } from './uploads.js';

const READING_ERRORS = [
  'invalid_name',
  'import_invalid',
  'import_failed',
  'imports_busy',
  'upload_not_found',
  'profile_not_found',
  'service_stopping',
  'storage_failed',
  'folder_missing',
] as const;

/** Takes files, says what they mean, and starts their import. */
@ApiTags('data')
@Controller('data')
export class ImportController {
  constructor(
    private readonly uploads: Uploads,
    private readonly previews: ImportPreviews,
    private readonly imports: ImportManager,
  ) {}

  @Post('uploads')
  @Requires('operate', {
    action: 'import',
    target: (data) => (data as Partial<UploadedFile> | undefined)?.file,
  })
  @HttpCode(200)
  @ApiOperation({
    operationId: 'uploadFile',
    summary: 'Uploads a file for an import; kept for a day',
  })
  @TakesBytes()
  @Answers('UploadedFile')
  @Fails('invalid_name', 'too_many_waiting', 'disk_full', 'storage_failed')
  upload(@Query() query: UploadFileDto, @Req() request: ByteRequest & FastifyRequest): Promise<UploadedFile> {
    const announced = request.headers['content-length'];
    return this.uploads.receive(
      query.file,
      bytesOf(request),
      announced === undefined ? undefined : Number(announced),
    );
  }

  @Get('uploads/check')
  @Requires('operate')
  @ApiOperation({
    operationId: 'checkUpload',
    summary: 'Checks the name and size of a file before its upload',
  })
  @AnswersNothing()
  @Fails('invalid_name', 'payload_too_large', 'too_many_waiting', 'disk_full', 'storage_failed')
  async checkUpload(@Query() { file, bytes }: CheckUploadDto): Promise<null> {
    await this.uploads.check(file, bytes);
    return null;
  }

  @Delete('uploads/:id')
  @Requires('operate', 'delete')
  @ApiOperation({ operationId: 'removeUpload', summary: 'Removes an uploaded file' })
  @ApiParam({
    name: 'id',
    description: "The upload's id.",
    schema: { type: 'string', pattern: UPLOAD_ID_PATTERN.source, example: 'up_k3f9a1b2c4' },
  })
  @AnswersNothing()
  @Fails('upload_not_found', 'storage_failed')
  async removeUpload(@Param('id') id: string): Promise<null> {
    await this.uploads.remove(id);
    return null;
  }

  @Post('imports/preview')
  @Requires('operate')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'previewImport',
    summary: 'Preview of an import: columns, times, bars, left-out rows, open questions',
  })
  @Answers('ImportPreview')
  @Fails(...READING_ERRORS)
  async preview(@Body() body: PreviewImportDto): Promise<ImportPreview> {
    return (await this.previews.preview(body)).preview;
  }

  @Post('imports/start')
  @Requires('operate', 'start')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'startImport',
    summary: 'Starts an import; refused with import_question while a question is open',
  })
  @Answers('OperationStarted')
  @Fails(...READING_ERRORS, 'import_question', 'operation_conflict', 'too_many_waiting', 'store_unavailable')
  start(@Body() body: StartImportDto): Promise<OperationStarted> {
    return this.imports.startImport(body);
  }
}
