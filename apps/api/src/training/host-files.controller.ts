import { Readable } from 'node:stream';
import { KtrdrError } from '@ktrdr/contracts';
import { Controller, Get, HttpCode, Param, ParseIntPipe, Put, Req, Res } from '@nestjs/common';
import { ApiConsumes, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { HostFilesService } from './host-files.service.js';

const BYTES = 'application/octet-stream';

/** A request whose body was left unread. */
interface ByteRequest {
  body: unknown;
}

/** @throws KtrdrError `unsupported_media_type` where something else than bytes was sent, or nothing */
function bytesOf({ body }: ByteRequest): Readable {
  if (body instanceof Readable) return body;
  throw new KtrdrError('unsupported_media_type', `Send the file's bytes as content-type: ${BYTES}.`);
}

/** What the hosts of a queue get and send: they share no folder with the API. */
@ApiTags('training hosts')
@Controller('trainings/:id')
export class HostFilesController {
  constructor(private readonly files: HostFilesService) {}

  @Get('bars/:symbol/:timeframe')
  @ApiOperation({ summary: 'Bars as the API has them' })
  @ApiProduces(BYTES)
  async bars(
    @Param('symbol') symbol: string,
    @Param('timeframe') timeframe: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await reply.type(BYTES).send(await this.files.bars(symbol, timeframe));
  }

  @Get('checkpoint')
  @ApiOperation({ summary: 'The newest checkpoint that a host has sent' })
  @ApiProduces(BYTES)
  async checkpoint(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    await reply.type(BYTES).send(await this.files.checkpoint(id));
  }

  @Put('runs/:run/checkpoint')
  @HttpCode(200)
  @ApiOperation({ summary: 'Takes a checkpoint of the run that has the training now' })
  @ApiConsumes(BYTES)
  async takeCheckpoint(
    @Param('id') id: string,
    @Param('run', ParseIntPipe) run: number,
    @Req() request: ByteRequest,
  ): Promise<null> {
    await this.files.takeCheckpoint(id, run, bytesOf(request));
    return null;
  }

  @Put('runs/:run/files/:folder/:name')
  @HttpCode(200)
  @ApiOperation({ summary: 'Takes a file that the run which has the training now has written' })
  @ApiConsumes(BYTES)
  async takeFile(
    @Param('id') id: string,
    @Param('run', ParseIntPipe) run: number,
    @Param('folder') folder: string,
    @Param('name') name: string,
    @Req() request: ByteRequest,
  ): Promise<null> {
    await this.files.takeFile(id, run, `${folder}/${name}`, bytesOf(request));
    return null;
  }
}
