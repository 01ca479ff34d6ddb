import {
  oneLine,
  printable,
  type CreatedWebhook,
  type CreateWebhookRequest,
  type DeletedWebhook,
  type WebhookList,
  type WebhookTest,
} from '@ktrdr/contracts';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ListOptions } from '../list-command.js';
import type { ReadOptions } from '../read-options.js';
import { showList } from '../show-list.js';
import { webhooksView } from '../views/webhooks-view.js';

/** `ktrdr notify add`: stdout gets only the secret, so that it can be piped. */
export async function addWebhook(
  context: CommandContext,
  url: string,
  { on, name, ...options }: Omit<CreateWebhookRequest, 'url'> & ReadOptions,
): Promise<ExitCode> {
  const body: CreateWebhookRequest = { url, on, name };
  const created = await openApi(context, options).post<CreatedWebhook>('/notifications', body);
  if (!options.json) {
    const id = oneLine(created.id);
    context.output.note(
      `Webhook ${id} listens to ${created.on.join(', ')}. Try it: ktrdr notify test ${id}\n` +
        'The receiver checks the signatures with this secret. It is shown only now:',
    );
  }
  const secret = (made: CreatedWebhook): string => oneLine(made.secret);
  return answer(context, options, created, { view: secret, names: (made) => [secret(made)] });
}

/** `ktrdr notify list` */
export function listWebhooks(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  return showList<WebhookList>(context, options, {
    load: (api) => api.get('/notifications'),
    view: webhooksView,
    names: ({ webhooks }) => webhooks.map(({ id }) => id),
  });
}

/** `ktrdr notify remove` */
export async function removeWebhook(
  context: CommandContext,
  id: string,
  options: ReadOptions,
): Promise<ExitCode> {
  const removed = await openApi(context, options).delete<DeletedWebhook>(pathOf(id));
  return answer(context, options, removed, {
    view: ({ id: known, url }) => `Webhook ${oneLine(known)} (${oneLine(url)}) is removed.`,
    names: ({ id: known }) => [known],
  });
}

/** `ktrdr notify test`: exit code 1 if the receiver did not get the message. */
export async function testWebhook(
  context: CommandContext,
  id: string,
  options: ReadOptions,
): Promise<ExitCode> {
  const test = await openApi(context, options).post<WebhookTest>(`${pathOf(id)}/test`);
  answer(context, options, test, { view: outcomeOf, names: ({ id: known }) => [known] });
  return test.delivered ? EXIT.completed : EXIT.failed;
}

function outcomeOf({ delivered, status, duration_ms: ms, problem }: WebhookTest): string {
  if (!delivered) return `Not delivered. ${printable(problem ?? '')}`;
  return `Delivered: the receiver answered HTTP ${status} after ${ms} ms.`;
}

function pathOf(id: string): string {
  return `/notifications/${encodeURIComponent(id)}`;
}
