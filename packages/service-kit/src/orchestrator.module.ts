import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import {
  DEFAULT_LEASE_MS,
  OperationsService,
  systemClock,
  systemRandomId,
  type OnInterrupt,
  type OperationStore,
  type OrchestratorLogger,
} from '@ktrdr/orchestrator';
import { isOwnerGone, ownerName } from './owner-process.js';
import { orchestratorLogger } from './service-logger.js';

/** Injects the `Clock`. */
export const CLOCK = Symbol('CLOCK');
const OPERATION_STORE = Symbol('OPERATION_STORE');
/** Injects the `OrchestratorLogger`. */
export const ORCHESTRATOR_LOGGER = Symbol('ORCHESTRATOR_LOGGER');

/** How long operations may take to end by themselves once the service stops; forcing them takes at most two seconds more. */
const SHUTDOWN_GRACE_MS = 7000;

/** A lease is looked after three times while it lasts: after the next look an owner that is gone is known to be. */
const LEASE_PART = 0.75;

export interface OrchestratorOptions {
  store: OperationStore;
  /** An owner that is gone is known to be by then, ms: its lease lasts for a part of it, and others look when the rest is over. */
  leaseMs?: number;
  onInterrupt?: OnInterrupt;
}

/** The orchestrator core of a service: one `OperationsService`, and the time and log that managers take. */
@Module({})
export class OrchestratorModule implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    private readonly operations: OperationsService,
    @Inject(OPERATION_STORE) private readonly store: OperationStore,
    @Inject(ORCHESTRATOR_LOGGER) private readonly logger: OrchestratorLogger,
  ) {}

  static forRoot({ store, leaseMs = DEFAULT_LEASE_MS, onInterrupt }: OrchestratorOptions): DynamicModule {
    return {
      module: OrchestratorModule,
      global: true,
      providers: [
        { provide: OPERATION_STORE, useValue: store },
        { provide: CLOCK, useValue: systemClock },
        { provide: ORCHESTRATOR_LOGGER, useValue: orchestratorLogger(new Logger(), 'Operations') },
        {
          provide: OperationsService,
          inject: [ORCHESTRATOR_LOGGER],
          useFactory: (logger: OrchestratorLogger) =>
            new OperationsService({
              store,
              clock: systemClock,
              logger,
              randomId: systemRandomId,
              lease: { owner: ownerName(systemRandomId()), ms: leaseMs * LEASE_PART },
              isOwnerGone,
              onInterrupt,
            }),
        },
      ],
      exports: [CLOCK, ORCHESTRATOR_LOGGER, OperationsService],
    };
  }

  /** Every manager is there: what an owner that is gone has left can be dealt with. */
  async onApplicationBootstrap(): Promise<void> {
    await this.operations.keepLeases();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }

  /** Cancels what runs, while those who follow it are still connected. */
  async onModuleDestroy(): Promise<void> {
    const left = await this.operations.shutdown(SHUTDOWN_GRACE_MS);
    if (left.length > 0) this.logger.error('operations did not end in time', { operation_ids: left });
  }
}
