import type { ServerResponse } from 'node:http';
import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { Answers, Fails, Requires } from '@ktrdr/service-kit';
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
  @ApiOperation({ operationId: 'getSession', summary: 'Status, progress and result of a session' })
  @OF_SESSION
  @Answers('TrainingSession')
  @Fails('session_not_found')
  async get(@Param('id') id: string, @Res({ passthrough: true }) reply: Reply): Promise<TrainingSession> {
    const session = await this.sessions.get(id);
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
  @ApiOperation({ operationId: 'getSessionArtifacts', summary: 'All files that a completed session wrote' })
  @OF_SESSION
  @Answers('SessionArtifacts')
  @Fails('session_not_found', 'session_not_completed')
  async artifacts(
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SessionArtifacts> {
    const artifacts = await this.sessions.artifacts(id);
    reply.raw.once('finish', () => this.sessions.sentArtifacts(id));
    return artifacts;
  }
}
