import { KtrdrError, isOutage } from '@ktrdr/contracts';
import type { Clock, OperationsService, OrchestratorLogger } from '@ktrdr/orchestrator';
import type { PendingDelivery, SettledTry, WebhookStore } from '@ktrdr/operation-store';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { messageOf } from './webhook-message.js';
import { TRY_MS, type WebhookSender } from './webhook-sender.js';

/** Time between two looks at the store (ms). */
const LOOK_EVERY_MS = 1_000;
/** Another process may try a delivery again after this time (ms). */
const CLAIM_MS = 6 * TRY_MS;
/** Pauses after the first, second, ... failed try; the last one repeats (ms). */
const PAUSES_MS = [5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000];
/** A delivery that is older has failed (ms). */
const DAY_MS = 86_400_000;

export interface WebhookDeliveriesOptions {
  store: WebhookStore;
  sender: WebhookSender;
  operations: Pick<OperationsService, 'get'>;
  clock: Clock;
  logger: OrchestratorLogger;
}

/**
 * Delivers what the store has for the webhooks, at least once. Of several APIs, one gets each delivery. One request at a time goes to a
 * webhook, and webhooks do not wait for each other: a receiver that hangs holds nobody else.
 */
export class WebhookDeliveries implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stop = new AbortController();
  /** Tries in progress, by webhook. */
  private readonly tries = new Map<string, Promise<void>>();
  private looking: Promise<void> = Promise.resolve();
  private cancelTimer = (): void => {};

  constructor(private readonly options: WebhookDeliveriesOptions) {}

  onApplicationBootstrap(): void {
    this.cancelTimer = this.options.clock.setTimer(LOOK_EVERY_MS, () => {
      this.looking = this.look().then(() => {
        if (!this.stop.signal.aborted) this.onApplicationBootstrap();
      });
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.cancelTimer();
    this.stop.abort();
    await this.looking;
    await Promise.all(this.tries.values());
  }

  /** Starts a try of every delivery that is due. */
  private async look(): Promise<void> {
    const { store, logger } = this.options;
    try {
      for (const delivery of await store.claim(CLAIM_MS, [...this.tries.keys()])) this.begin(delivery);
    } catch (error) {
      // the store reports its own outages
      if (!isOutage(error)) logger.error('deliveries to webhooks could not be read', { error });
    }
  }

  private begin(delivery: PendingDelivery): void {
    const { id } = delivery.webhook;
    const done = this.deliver(delivery)
      .catch((error: unknown) => {
        // the claim ends by itself
        if (this.stop.signal.aborted || isOutage(error)) return;
        this.options.logger.error('a delivery to a webhook failed', { error, webhook: id });
      })
      .finally(() => this.tries.delete(id));
    this.tries.set(id, done);
  }

  private async deliver(delivery: PendingDelivery): Promise<void> {
    await this.options.store.settle(delivery, await this.tried(delivery));
  }

  private async tried(delivery: PendingDelivery): Promise<SettledTry> {
    const { sender, clock } = this.options;
    const message = await this.message(delivery);
    if (message === null) return { result: null, retryAfterMs: null };
    const { status, problem } = await sender.send(delivery.webhook, message, this.stop.signal);
    const at = new Date(clock.now()).toISOString();
    if (problem === null)
      return { result: { at, outcome: 'delivered', status, problem }, retryAfterMs: null };
    const retryAfterMs = PAUSES_MS[Math.min(delivery.tries, PAUSES_MS.length) - 1]!;
    const isLast = delivery.ageMs + retryAfterMs > DAY_MS;
    if (isLast) this.giveUp(delivery, problem);
    return {
      result: { at, outcome: isLast ? 'failed' : 'retrying', status, problem },
      retryAfterMs: isLast ? null : retryAfterMs,
    };
  }

  /** `null`: the webhook does not listen to it, or the operation was removed. */
  private async message(delivery: PendingDelivery): Promise<ReturnType<typeof messageOf>> {
    try {
      return messageOf(delivery, await this.options.operations.get(delivery.operationId));
    } catch (error) {
      if (error instanceof KtrdrError && error.code === 'operation_not_found') return null;
      throw error;
    }
  }

  private giveUp({ webhook, operationId, tries }: PendingDelivery, problem: string): void {
    this.options.logger.warn('a message to a webhook was not delivered for a day', {
      webhook: webhook.id,
      operation: operationId,
      tries,
      problem,
    });
  }
}
