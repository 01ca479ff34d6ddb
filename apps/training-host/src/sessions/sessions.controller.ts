import type { ServerResponse } from 'node:http';
import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type {
  CancelOperationResponse,
  SessionArtifacts,
  SessionList,
  TrainingSession,
} from '@ktrdr/contracts';
import { CancelSessionDto } from './cancel-session.dto.js';
import { SessionsService } from './sessions.service.js';
import { StartSessionDto } from './start-session.dto.js';

/** What an answer is sent with. */
interface Reply {
  raw: ServerResponse;
}

@ApiTags('sessions')
@Controller('training/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Starts a session; asked again for one operation, gives the session there is' })
  start(@Body() body: StartSessionDto): Promise<TrainingSession> {
    return this.sessions.start(body);
  }

  @Get()
  @ApiOperation({ summary: 'Sessions without their results, newest first' })
  list(): Promise<SessionList> {
    return this.sessions.list();
  }

  @Get(':id')
  @ApiOperation({ summary: 'Status, progress and result of a session' })
  async get(@Param('id') id: string, @Res({ passthrough: true }) reply: Reply): Promise<TrainingSession> {
    const session = await this.sessions.get(id);
    reply.raw.once('finish', () => this.sessions.tell(session));
    return session;
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Asks a session to stop; its status says when it has' })
  cancel(@Param('id') id: string, @Body() body: CancelSessionDto): Promise<CancelOperationResponse> {
    return this.sessions.cancel(id, body);
  }

  @Get(':id/artifacts')
  @ApiOperation({ summary: 'Everything that a completed session wrote' })
  async artifacts(
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SessionArtifacts> {
    const artifacts = await this.sessions.artifacts(id);
    reply.raw.once('finish', () => this.sessions.tellAll(id));
    return artifacts;
  }
}
