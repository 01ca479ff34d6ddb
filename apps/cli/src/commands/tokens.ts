import {
  LOCAL_CALLER,
  oneLine,
  type CreateTokenRequest,
  type CreatedToken,
  type RevokedToken,
  type TokenList,
} from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { tokensView } from '../views/access-view.js';

/** `ktrdr token create`: stdout gets only the secret, so that it can be piped. */
export async function createToken(
  context: CommandContext,
  { json, verbose, name, role }: CreateTokenRequest & ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const created = await openApi(context, { verbose }).post<CreatedToken>('/tokens', { name, role });
  if (json) {
    output.json(created);
  } else {
    output.err(
      `Token ${oneLine(created.name)} (${created.role}, id ${oneLine(created.id)}). It is shown only now:`,
    );
    output.out(oneLine(created.token));
  }
  if (created.created_by === LOCAL_CALLER)
    output.err('Every request now needs a token. Save this one for the command line: ktrdr login');
  return EXIT.completed;
}

/** `ktrdr token list` */
export async function listTokens(context: CommandContext, { json, verbose }: ReadOptions): Promise<ExitCode> {
  const { output } = context;
  const list = await openApi(context, { verbose }).get<TokenList>('/tokens');
  if (json) output.json(list);
  else output.out(tokensView(list, output.style));
  return EXIT.completed;
}

/** `ktrdr token revoke` */
export async function revokeToken(
  context: CommandContext,
  token: string,
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const path = `/tokens/${encodeURIComponent(token)}`;
  const revoked = await openApi(context, { verbose }).delete<RevokedToken>(path);
  if (json) output.json(revoked);
  else output.out(`Token ${oneLine(revoked.name)} (${revoked.role}, id ${oneLine(revoked.id)}) is revoked.`);
  return EXIT.completed;
}
