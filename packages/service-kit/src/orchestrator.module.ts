import { Inject, Logger, Module, type DynamicModule, type OnModuleDestroy } from '@nestjs/common';
import {
  OperationsService,
  systemClock,
  systemRandomId,
  type OperationStore,
  type OrchestratorLogger,
} from '@ktrdr/orchestrator';
import { orchestratorLogger } from './service-logger.js';

/** Injects the `Clock`. */
export const CLOCK = Symbol('CLOCK');
/** Injects the `OrchestratorLogger`. */
export const ORCHESTRATOR_LOGGER = Symbol('ORCHESTRATOR_LOGGER');

/** How long operations may take to end by themselves once the service stops; forcing them takes at most two seconds more. */
const SHUTDOWN_GRACE_MS = 7000;

/** The orchestrator core of a service: one `OperationsService`, and the time and log that managers take. */
@Module({})
export class OrchestratorModule implements OnModuleDestroy {
  constructor(
    private readonly operations: OperationsService,
    @Inject(ORCHESTRATOR_LOGGER) private readonly logger: OrchestratorLogger,
  ) {}

  static forRoot({ store }: { store: OperationStore }): DynamicModule {
    return {
      module: OrchestratorModule,
      global: true,
      providers: [
        { provide: CLOCK, useValue: systemClock },
        { provide: ORCHESTRATOR_LOGGER, useValue: orchestratorLogger(new Logger(), 'Operations') },
        {
          provide: OperationsService,
          inject: [ORCHESTRATOR_LOGGER],
          useFactory: (logger: OrchestratorLogger) =>
            new OperationsService({ store, clock: systemClock, logger, randomId: systemRandomId }),
        },
      ],
      exports: [CLOCK, ORCHESTRATOR_LOGGER, OperationsService],
    };
  }

  /** Cancels what runs, while those who follow it are still connected. */
  async onModuleDestroy(): Promise<void> {
    const left = await this.operations.shutdown(SHUTDOWN_GRACE_MS);
    if (left.length > 0) this.logger.error('operations did not end in time', { operation_ids: left });
  }
}
