import { isIP } from 'node:net';
import {
  KtrdrError,
  MOST_WEBHOOKS,
  NOTIFICATION_EVENTS,
  shown,
  type CreatedWebhook,
  type CreateWebhookRequest,
  type DeletedWebhook,
  type Webhook,
  type WebhookTest,
} from '@ktrdr/contracts';
import type { Clock, RandomId } from '@ktrdr/orchestrator';
import type { StoredWebhook, WebhookState, WebhookStore } from '@ktrdr/operation-store';
import type { AddressPolicy } from '@ktrdr/outbound';
import { testMessage } from './webhook-message.js';
import { ADDRESS_ADVICE, type WebhookSender } from './webhook-sender.js';
import { newWebhookSecret } from './webhook-signature.js';

export interface WebhooksOptions {
  store: WebhookStore;
  sender: WebhookSender;
  policy: AddressPolicy;
  clock: Clock;
  randomId: RandomId;
}

/** Creates, lists, removes and tests webhooks. */
export class Webhooks {
  constructor(private readonly options: WebhooksOptions) {}

  async list(): Promise<Webhook[]> {
    return (await this.options.store.list()).map(shownWebhook);
  }

  /** @throws KtrdrError `invalid_request`, `address_not_allowed`, `too_many_webhooks`, `store_unavailable` */
  async create({ url, on, name }: CreateWebhookRequest, createdBy: string): Promise<CreatedWebhook> {
    const { store, clock, randomId } = this.options;
    this.checkUrl(url);
    const webhook: StoredWebhook = {
      id: `wh_${randomId()}`,
      name: name ?? null,
      url,
      on: NOTIFICATION_EVENTS.filter((event) => on.includes(event)),
      secret: newWebhookSecret(),
      createdAt: new Date(clock.now()).toISOString(),
      createdBy,
    };
    if (!(await store.create(webhook, MOST_WEBHOOKS))) {
      throw new KtrdrError(
        'too_many_webhooks',
        `There are already ${MOST_WEBHOOKS} webhooks. Remove one first: ktrdr notify list, ktrdr notify remove ID`,
      );
    }
    return {
      ...shownWebhook({ ...webhook, waiting: 0, dropped: 0, lastDelivery: null }),
      secret: webhook.secret,
    };
  }

  /** @throws KtrdrError `notification_not_found`, `store_unavailable` */
  async remove(id: string): Promise<DeletedWebhook> {
    const removed = await this.options.store.remove(id);
    if (removed === null) throw notFound(id);
    return { id: removed.id, name: removed.name, url: removed.url };
  }

  /** Sends a message at once, without a retry. @throws KtrdrError `notification_not_found`, `store_unavailable` */
  async test(id: string): Promise<WebhookTest> {
    const { store, sender, clock, randomId } = this.options;
    const webhook = (await store.list()).find((known) => known.id === id);
    if (webhook === undefined) throw notFound(id);
    const begin = clock.now();
    const message = testMessage(`${id}_test_${randomId()}`, new Date(begin).toISOString());
    const { status, problem } = await sender.send(webhook, message);
    return { id, delivered: problem === null, status, duration_ms: clock.now() - begin, problem };
  }

  /** A host name is checked when a message is sent: until then it can point anywhere. */
  private checkUrl(text: string): void {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      throw invalidUrl(`url is ${shown(text)}; it must begin with https://`);
    }
    if (url.username !== '' || url.password !== '')
      throw invalidUrl('url must not contain a user or a password. Check the signature instead');
    if (url.hash !== '') throw invalidUrl('url must not contain a "#": it would not be sent');
    const address = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(address) === 0) return;
    const { policy } = this.options;
    const refusal =
      policy.refusalOf(address) ??
      (url.protocol === 'http:' && !policy.isNamed(address) ? 'public: use https' : null);
    if (refusal === null) return;
    throw new KtrdrError('address_not_allowed', `The address ${address} is ${refusal}. ${ADDRESS_ADVICE}`, {
      details: { address },
    });
  }
}

function shownWebhook({ id, name, url, on, createdAt, createdBy, ...state }: WebhookState): Webhook {
  return {
    id,
    name,
    url,
    on,
    created_at: createdAt,
    created_by: createdBy,
    waiting: state.waiting,
    dropped: state.dropped,
    last_delivery: state.lastDelivery,
  };
}

function invalidUrl(problem: string): KtrdrError {
  return new KtrdrError('invalid_request', `${problem}.`, { details: { field: 'url' } });
}

function notFound(id: string): KtrdrError {
  return new KtrdrError(
    'notification_not_found',
    `There is no webhook ${shown(id)}. List all webhooks: ktrdr notify list`,
  );
}
