import { NOTIFICATION_EVENTS } from '@ktrdr/contracts';
import { type Command, Option } from 'commander';
import type { AddCommand } from '../add-command.js';
import { WATCH } from '../common-options.js';
import { someOf } from '../option-values.js';

const WEBHOOK_ID = ['<id>', 'webhook id, from ktrdr notify list'] as const;

/** The commands of `ktrdr notify`. */
export function defineNotify(notify: Command, add: AddCommand): void {
  add(notify, 'add', 'add a webhook; its secret is shown once', () =>
    import('../commands/notify.js').then(({ addWebhook }) => addWebhook),
  )
    .argument('<url>', 'where the API sends its messages, https')
    .addOption(
      new Option('--on <events>', 'which ends, separated by commas')
        .choices(NOTIFICATION_EVENTS)
        .argParser(someOf(NOTIFICATION_EVENTS))
        .makeOptionMandatory(true),
    )
    .option('--name <name>', 'shown in lists and messages');
  add(notify, 'list', 'webhooks and their last deliveries', () =>
    import('../commands/notify.js').then(({ listWebhooks }) => listWebhooks),
  ).option(...WATCH);
  add(notify, 'remove', 'remove a webhook and its waiting messages', () =>
    import('../commands/notify.js').then(({ removeWebhook }) => removeWebhook),
  ).argument(...WEBHOOK_ID);
  add(notify, 'test', 'send a test message at once', () =>
    import('../commands/notify.js').then(({ testWebhook }) => testWebhook),
  ).argument(...WEBHOOK_ID);
}
