import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { Answers, AnswersBytes, Fails, PointsQueryDto, Requires } from '@ktrdr/service-kit';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type {
  CancelOperationResponse,
  SessionArtifacts,
  SessionList,
  TrainingSession,
} from '@ktrdr/contracts';
import { CancelSessionDto } from './cancel-session.dto.js';
import { SessionsService } from './sessions.service.js';
import { StartSessionDto } from './start-session.dto.js';

/** The answer that is being sent. */
interface Reply {
  raw: ServerResponse;
}

/** A reply whose content is sent unchanged. */
interface BytesReply extends Reply {
  header(name: string, value: string | number): BytesReply;
  type(type: string): BytesReply;
  send(content: Readable): PromiseLike<unknown>;
}

const OF_SESSION = ApiParam({
  name: 'id',
  description: "The session's id.",
  schema: { type: 'string', example: 'op_training_20260105T100000_k3f9a1b2' },
});

@ApiTags('sessions')
@Controller('training/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post()
  @Requires('operate')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'startSession',
    summary: 'Starts a session; a second request for the same operation gets the existing session',
  })
  @Answers('TrainingSession')
  @Fails(
    'invalid_date',
    'invalid_date_range',
    'bars_not_found',
    'host_busy',
    'bars_differ',
    'checkpoint_missing',
    'checkpoint_refused',
    'strategy_invalid',
    'engine_unavailable',
    'engine_unsupported',
    'bars_invalid',
    'service_stopping',
  )
  start(@Body() body: StartSessionDto): Promise<TrainingSession> {
    return this.sessions.start(body);
  }

  @Get()
  @Requires('operate')
  @ApiOperation({ operationId: 'listSessions', summary: 'Sessions without their results, newest first' })
  @Answers('SessionList')
  list(): Promise<SessionList> {
    return this.sessions.list();
  }

  @Get(':id')
  @Requires('operate')
  @ApiOperation({ operationId: 'getSession', summary: 'Status, progress, curve and result of a session' })
  @OF_SESSION
  @Answers('TrainingSession')
  @Fails('session_not_found')
  async get(
    @Param('id') id: string,
    @Query() { after }: PointsQueryDto,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<TrainingSession> {
    const session = await this.sessions.get(id, after);
    reply.raw.once('finish', () => this.sessions.sentState(session));
    return session;
  }

  @Post(':id/cancel')
  @Requires('operate')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'cancelSession',
    summary: 'Asks a session to stop; its status shows when it has stopped',
  })
  @OF_SESSION
  @Answers('CancelOperationResponse')
  @Fails('session_not_found', 'operation_ended')
  cancel(@Param('id') id: string, @Body() body: CancelSessionDto): Promise<CancelOperationResponse> {
    return this.sessions.cancel(id, body);
  }

  @Get(':id/artifacts')
  @Requires('operate')
  @ApiOperation({
    operationId: 'getSessionArtifacts',
    summary: 'The files that a completed session wrote: sizes and hashes',
  })
  @OF_SESSION
  @Answers('SessionArtifacts')
  @Fails('session_not_found', 'session_not_completed')
  artifacts(@Param('id') id: string): Promise<SessionArtifacts> {
    return this.sessions.artifacts(id);
  }

  /** The list of the files is signed and has their hashes: the API checks the bytes by them. */
  @Get(':id/artifacts/:folder/:name')
  @Requires('operate')
  @ApiOperation({ operationId: 'getSessionArtifact', summary: 'One file of a completed session' })
  @OF_SESSION
  @ApiParam({ name: 'folder', schema: { type: 'string', enum: ['model', 'analytics'] } })
  @ApiParam({ name: 'name', schema: { type: 'string', example: 'model.onnx' } })
  @AnswersBytes('The file.')
  @Fails('session_not_found', 'session_not_completed', 'not_found')
  async artifact(
    @Param('id') id: string,
    @Param('folder') folder: string,
    @Param('name') name: string,
    @Res() reply: BytesReply,
  ): Promise<void> {
    const path = `${folder}/${name}`;
    const { size, content } = await this.sessions.artifact(id, path);
    reply.raw.once('finish', () => this.sessions.sentArtifact(id, path));
    await reply.type('application/octet-stream').header('content-length', size).send(content);
  }
}
