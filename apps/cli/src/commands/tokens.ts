import {
  LOCAL_CALLER,
  oneLine,
  type CreateTokenRequest,
  type CreatedToken,
  type RevokedToken,
  type TokenList,
} from '@ktrdr/contracts';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import type { ListOptions } from '../list-command.js';
import { showList } from '../show-list.js';
import { tokensView } from '../views/access-view.js';

/** `ktrdr token create`: stdout gets only the secret, so that it can be piped. */
export async function createToken(
  context: CommandContext,
  { name, role, ...options }: CreateTokenRequest & ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const created = await openApi(context, options).post<CreatedToken>('/tokens', { name, role });
  if (!options.json)
    output.note(
      `Token ${oneLine(created.name)} (${created.role}, id ${oneLine(created.id)}). It is shown only now:`,
    );
  const secret = ({ token }: CreatedToken): string => oneLine(token);
  answer(context, options, created, { view: secret, names: (made) => [secret(made)] });
  if (created.created_by === LOCAL_CALLER)
    output.note('Every request now needs a token. Save this one for the command line: ktrdr login');
  return EXIT.completed;
}

/** `ktrdr token list` */
export function listTokens(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  return showList<TokenList>(context, options, {
    load: (api) => api.get('/tokens'),
    view: tokensView,
    names: ({ tokens }) => tokens.map(({ name }) => name),
  });
}

/** `ktrdr token revoke` */
export async function revokeToken(
  context: CommandContext,
  token: string,
  options: ReadOptions,
): Promise<ExitCode> {
  const path = `/tokens/${encodeURIComponent(token)}`;
  const revoked = await openApi(context, options).delete<RevokedToken>(path);
  return answer(context, options, revoked, {
    view: ({ name, role, id }) => `Token ${oneLine(name)} (${role}, id ${oneLine(id)}) is revoked.`,
    names: ({ name }) => [name],
  });
}
