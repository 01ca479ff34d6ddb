import { AUDIT_ACTIONS, AUDIT_OUTCOMES, ROLES } from '@ktrdr/contracts';
import { type Command, Option } from 'commander';
import type { AddCommand } from '../add-command.js';
import { WATCH } from '../common-options.js';
import { integer } from '../option-values.js';

/** The commands of `ktrdr token`. */
export function defineToken(token: Command, add: AddCommand): void {
  add(token, 'create', 'create a token; its secret is shown once', () =>
    import('../commands/tokens.js').then(({ createToken }) => createToken),
  )
    .addOption(new Option('--role <role>', 'what the token allows').choices(ROLES).makeOptionMandatory(true))
    .requiredOption('--name <name>', 'whose token it is, or what for');
  add(token, 'list', 'tokens that are not revoked', () =>
    import('../commands/tokens.js').then(({ listTokens }) => listTokens),
  ).option(...WATCH);
  add(token, 'revoke', 'end a token at once', () =>
    import('../commands/tokens.js').then(({ revokeToken }) => revokeToken),
  ).argument('<token>', 'id or name');
}

/** The commands of `ktrdr audit`. */
export function defineAudit(audit: Command, add: AddCommand): void {
  add(audit, 'list', 'starts, cancels, deletions, token changes and refusals, newest first', () =>
    import('../commands/audit-list.js').then(({ listAudit }) => listAudit),
  )
    .option('--caller <name>', 'only this token name, or local')
    .addOption(new Option('--action <action>', 'only this action').choices(AUDIT_ACTIONS))
    .addOption(new Option('--outcome <outcome>', 'only this outcome').choices(AUDIT_OUTCOMES))
    .option('--limit <number>', 'at most this many (default 50)', integer)
    .option('--offset <number>', 'skip this many newer ones', integer)
    .option(...WATCH);
}
