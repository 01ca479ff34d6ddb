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
import { AnswersFirst } from './limits/answers-first.js';
import { isOwnerGone, ownerName } from './owner-process.js';
import { orchestratorLogger } from './service-logger.js';

/** Injection token of the `Clock`. */
export const CLOCK = Symbol('CLOCK');
const OPERATION_STORE = Symbol('OPERATION_STORE');
/** Injection token of the `OrchestratorLogger`. */
export const ORCHESTRATOR_LOGGER = Symbol('ORCHESTRATOR_LOGGER');

/**
 * Time for operations to end by themselves when the service stops, in ms. Forcing them takes up to two seconds more.
 */
const SHUTDOWN_GRACE_MS = 7000;

/**
 * Share of `leaseMs` that a lease lasts. Every service checks leases three times per lease, so `leaseMs` covers the
 * lease and the next check.
 */
const LEASE_SHARE = 0.75;

/** What a service passes to its orchestrator module. */
export interface OrchestratorOptions {
  store: OperationStore;
  /** Upper bound for detecting a dead owner (ms). */
  leaseMs?: number;
  onInterrupt?: OnInterrupt;
  /** Ms that an attempt of an operation may run. Default: no limit. */
  mostAttemptMs?: number;
  /** Number of operations of one type that may wait. Default: no limit. */
  mostWaiting?: number;
}

/** The orchestrator of a service: one `OperationsService`, and the clock and logger for the managers. */
@Module({})
export class OrchestratorModule implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    private readonly operations: OperationsService,
    @Inject(OPERATION_STORE) private readonly store: OperationStore,
    @Inject(ORCHESTRATOR_LOGGER) private readonly logger: OrchestratorLogger,
  ) {}

  static forRoot({
    store,
    leaseMs = DEFAULT_LEASE_MS,
    onInterrupt,
    mostAttemptMs,
    mostWaiting,
  }: OrchestratorOptions): DynamicModule {
    return {
      module: OrchestratorModule,
      global: true,
      providers: [
        { provide: OPERATION_STORE, useValue: store },
        { provide: CLOCK, useValue: systemClock },
        { provide: ORCHESTRATOR_LOGGER, useValue: orchestratorLogger(new Logger(), 'Operations') },
        { provide: AnswersFirst, useFactory: () => new AnswersFirst(systemClock) },
        {
          provide: OperationsService,
          inject: [ORCHESTRATOR_LOGGER, AnswersFirst],
          useFactory: (logger: OrchestratorLogger, answers: AnswersFirst) =>
            new OperationsService({
              store,
              clock: systemClock,
              logger,
              randomId: systemRandomId,
              lease: { owner: ownerName(systemRandomId()), ms: leaseMs * LEASE_SHARE },
              isOwnerGone,
              onInterrupt,
              mostAttemptMs,
              mostWaiting,
              whenToBegin: (begin) => answers.begin(begin),
            }),
        },
      ],
      exports: [AnswersFirst, CLOCK, ORCHESTRATOR_LOGGER, OperationsService],
    };
  }

  /** Starts to watch leases. All managers are registered now, so operations of dead owners can be handled. */
  async onApplicationBootstrap(): Promise<void> {
    await this.operations.keepLeases();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }

  /** Cancels running operations while the clients that follow them are still connected. */
  async onModuleDestroy(): Promise<void> {
    const left = await this.operations.shutdown(SHUTDOWN_GRACE_MS);
    if (left.length > 0)
      this.logger.error('operations did not end before the deadline', { operation_ids: left });
  }
}
