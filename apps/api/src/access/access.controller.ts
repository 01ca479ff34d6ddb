import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { AuditList, CallerInfo, CreatedToken, RevokedToken, TokenList } from '@ktrdr/contracts';
import type { AuditLog } from '@ktrdr/operation-store';
import { Answers, CallerParam, Fails, Requires, type Caller } from '@ktrdr/service-kit';
import { STORED_AUDIT_LOG } from '../settings.module.js';
import { CreateTokenDto } from './create-token.dto.js';
import { ListAuditDto } from './list-audit.dto.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { Tokens } from './tokens.js';

const DEFAULT_LIMIT = 50;

/** Who may use the API, and what callers did. */
@ApiTags('access')
@Controller()
export class AccessController {
  constructor(
    private readonly tokens: Tokens,
    private readonly authenticator: TokenAuthenticator,
    @Inject(STORED_AUDIT_LOG) private readonly audit: AuditLog,
  ) {}

  @Get('caller')
  @Requires('read')
  @ApiOperation({ operationId: 'getCaller', summary: 'Name and role of the token of this request' })
  @Answers('CallerInfo')
  caller(@CallerParam() { name, role }: Caller): CallerInfo {
    // the guard has checked that the caller has a role
    return { name, role: role! };
  }

  @Get('tokens')
  @Requires('admin')
  @ApiOperation({ operationId: 'listTokens', summary: 'Tokens that are not revoked, oldest first' })
  @Answers('TokenList')
  @Fails('store_unavailable')
  async list(): Promise<TokenList> {
    return { tokens: await this.tokens.list() };
  }

  @Post('tokens')
  @Requires('admin', { action: 'create_token', target: (data) => nameOf(data) })
  @HttpCode(200)
  @ApiOperation({
    operationId: 'createToken',
    summary:
      'Creates a token; only this answer contains its secret. After the first token, every request needs one',
  })
  @Answers('CreatedToken')
  @Fails('invalid_name', 'token_exists', 'store_unavailable')
  async create(@Body() body: CreateTokenDto, @CallerParam() caller: Caller): Promise<CreatedToken> {
    const created = await this.tokens.create(body, caller.name);
    await this.authenticator.created(created);
    return created;
  }

  @Delete('tokens/:token')
  @Requires('admin', { action: 'revoke_token', target: (data) => nameOf(data) })
  @ApiOperation({ operationId: 'revokeToken', summary: 'Revokes a token; its open event streams end' })
  @ApiParam({
    name: 'token',
    description: "The token's id or name.",
    schema: { type: 'string', example: 'ci' },
  })
  @Answers('RevokedToken')
  @Fails('token_not_found', 'store_unavailable')
  async revoke(@Param('token') token: string): Promise<RevokedToken> {
    const revoked = await this.tokens.revoke(token);
    await this.authenticator.revoked(revoked);
    return revoked;
  }

  @Get('audit')
  @Requires('admin')
  @ApiOperation({
    operationId: 'listAudit',
    summary: 'Who started, cancelled, resumed, retried, deleted or imported what, newest first',
  })
  @Answers('AuditList')
  @Fails('store_unavailable')
  listAudit(@Query() { limit = DEFAULT_LIMIT, offset = 0, ...filters }: ListAuditDto): Promise<AuditList> {
    return this.audit.list({ ...filters, limit, offset });
  }
}

/** Name and id of the token that a request created or revoked. */
function nameOf(data: unknown): string | undefined {
  const token = data as Partial<CreatedToken> | undefined;
  return token?.id === undefined ? undefined : `${token.name} (${token.role}, ${token.id})`;
}
