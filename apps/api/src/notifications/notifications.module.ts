import { OperationsService, systemRandomId, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import type { WebhookStore } from '@ktrdr/operation-store';
import { AddressPolicy } from '@ktrdr/outbound';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { WEBHOOK_STORE } from '../settings.module.js';
import { NotificationsController } from './notifications.controller.js';
import { WebhookDeliveries } from './webhook-deliveries.js';
import { WebhookSender } from './webhook-sender.js';
import { Webhooks } from './webhooks.js';

@Module({
  controllers: [NotificationsController],
  providers: [
    {
      provide: AddressPolicy,
      inject: [API_SETTINGS],
      useFactory: ({ notifyPrivateNetworks }: ApiSettings) => new AddressPolicy(notifyPrivateNetworks),
    },
    {
      provide: WebhookSender,
      inject: [AddressPolicy, CLOCK],
      useFactory: (policy: AddressPolicy, clock: Clock) => new WebhookSender({ policy, clock }),
    },
    {
      provide: Webhooks,
      inject: [WEBHOOK_STORE, WebhookSender, AddressPolicy, CLOCK],
      useFactory: (store: WebhookStore, sender: WebhookSender, policy: AddressPolicy, clock: Clock) =>
        new Webhooks({ store, sender, policy, clock, randomId: systemRandomId }),
    },
    {
      provide: WebhookDeliveries,
      inject: [WEBHOOK_STORE, WebhookSender, OperationsService, CLOCK, ORCHESTRATOR_LOGGER],
      useFactory: (
        store: WebhookStore,
        sender: WebhookSender,
        operations: OperationsService,
        clock: Clock,
        logger: OrchestratorLogger,
      ) => new WebhookDeliveries({ store, sender, operations, clock, logger }),
    },
  ],
})
export class NotificationsModule {}
