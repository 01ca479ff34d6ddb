import { KtrdrError, redact, WEBHOOK_HEADERS, type WebhookMessage } from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';
import type { StoredWebhook } from '@ktrdr/operation-store';
import { OutboundClient, OutboundError, type AddressPolicy, type Resolve } from '@ktrdr/outbound';
import { webhookSignature } from './webhook-signature.js';

/** A receiver that does not answer within this time has not received (ms). */
export const TRY_MS = 10_000;

/** How one try ended. */
export interface TryResult {
  /** HTTP status; `null`: no answer. */
  status: number | null;
  /** Why it was not delivered, and what to do; `null` if it was. */
  problem: string | null;
}

export interface WebhookSenderOptions {
  policy: AddressPolicy;
  clock: Clock;
  /** Default: the resolver of the operating system. */
  resolve?: Resolve;
  tryMs?: number;
}

/** Sends one signed message. The address is checked at the moment of the connection; redirects are not followed. */
export class WebhookSender {
  constructor(private readonly options: WebhookSenderOptions) {}

  /** @throws the signal's reason */
  async send(webhook: StoredWebhook, message: WebhookMessage, signal?: AbortSignal): Promise<TryResult> {
    const { policy, clock, resolve, tryMs = TRY_MS } = this.options;
    const url = new URL(webhook.url);
    const body = JSON.stringify(message);
    const timestamp = String(Math.floor(clock.now() / 1000));
    const client = new OutboundClient({ policy, hosts: [url.hostname], resolve });
    try {
      const { status } = await client.request({
        url,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          'user-agent': 'ktrdr',
          [WEBHOOK_HEADERS.timestamp]: timestamp,
          [WEBHOOK_HEADERS.delivery]: message.delivery,
          [WEBHOOK_HEADERS.signature]: webhookSignature(webhook.secret, timestamp, body),
        },
        body,
        timeoutMs: tryMs,
        maxBytes: 0,
        signal,
      });
      return { status, problem: problemOf(status) };
    } catch (error) {
      if (error instanceof OutboundError)
        return {
          status: null,
          problem: redact(`${sentence(error.message)} Check the URL and the receiver.`),
        };
      if (error instanceof KtrdrError && error.code === 'address_not_allowed')
        return { status: null, problem: `${error.message} ${ADDRESS_ADVICE}` };
      throw error;
    } finally {
      client.close();
    }
  }
}

/** For an address that is not public. */
export const ADDRESS_ADVICE =
  'Webhooks use https and public addresses. To allow http and addresses of your own network, start the API with NOTIFY_PRIVATE_NETWORKS, for example 192.168.1.20 or 10.1.0.0/16.';

function problemOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return `The receiver answered HTTP ${status}, a redirect, which is not followed. Use the URL that it leads to.`;
  if (status === 401 || status === 403)
    return `The receiver answered HTTP ${status}. Check how it verifies the signature, and the key in the URL.`;
  return `The receiver answered HTTP ${status}. It must answer with a status from 200 to 299.`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
