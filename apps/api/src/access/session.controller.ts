import { Body, Controller, Delete, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { KtrdrError, type CallerInfo } from '@ktrdr/contracts';
import {
  Answers,
  AnswersNothing,
  Fails,
  OpenToEveryone,
  RefusedTokens,
  Requires,
  callerOf,
  setCaller,
  type Caller,
} from '@ktrdr/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LoginDto } from './login.dto.js';
import { SessionCookie } from './session-cookie.js';
import { TokenAuthenticator } from './token-authenticator.js';

/** Logs a browser in and out: a cookie holds the token, so that no script of the page sees it. */
@ApiTags('access')
@Controller('session')
export class SessionController {
  constructor(
    private readonly authenticator: TokenAuthenticator,
    private readonly cookie: SessionCookie,
    private readonly refused: RefusedTokens,
  ) {}

  @Post()
  @OpenToEveryone({ action: 'login', target: (_data, request) => nameOf(callerOf(request)) })
  @HttpCode(200)
  @ApiOperation({
    operationId: 'login',
    summary: 'Checks a token and sets a cookie with it, for pages of this service',
  })
  @Answers('CallerInfo')
  @Fails('unauthenticated', 'origin_not_allowed')
  login(
    @Body() { token }: LoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): CallerInfo {
    if (!this.cookie.isNotForeign(request)) {
      throw new KtrdrError(
        'origin_not_allowed',
        'Only a page of this service can log in with a cookie. A page of another origin sends its token with each request.',
      );
    }
    const caller = this.callerOf(token, request);
    setCaller(request, caller);
    this.cookie.set(reply, request, token);
    // every token has a role
    return { name: caller.name, role: caller.role! };
  }

  @Delete()
  @Requires('read', { action: 'logout', target: (_data, request) => nameOf(callerOf(request)) })
  @ApiOperation({ operationId: 'logout', summary: 'Removes the cookie; the token stays valid' })
  @AnswersNothing()
  logout(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): null {
    this.cookie.clear(reply, request);
    return null;
  }

  private callerOf(token: string, request: FastifyRequest): Caller {
    try {
      return this.authenticator.callerOfToken(token);
    } catch (error) {
      throw error instanceof KtrdrError ? this.refused.refusalOf(request, error) : error;
    }
  }
}

function nameOf(caller: Caller | null): string | undefined {
  return caller === null ? undefined : caller.name;
}
