import { KtrdrError } from '@ktrdr/contracts';
import type { Clock } from '../clock.js';
import type { OnInterrupt } from '../interrupted-operation.js';
import type { ManagedOperation } from '../operation-context.js';
import type { OperationStore } from '../operation-store.js';
import { OperationsService } from '../operations-service.js';
import { defaultProgressRenderer } from '../renderers/default-progress-renderer.js';
import { RecordingLogger } from './recording-logger.js';

export interface SimulatedServiceOptions {
  /** All services of a world share it. */
  store: OperationStore;
  clock: Clock;
  name: string;
  leaseMs: number;
  onInterrupt: OnInterrupt;
  /** Different for every operation of a world. */
  randomId: () => string;
  /** Whether another process is known to have ended. */
  isOwnerGone: (owner: string) => boolean;
  /** The work of every operation. */
  managed: Pick<ManagedOperation<unknown>, 'run' | 'waits' | 'outlivesOwner'>;
}

const METADATA = { parameters: {} };

/**
 * An `OperationsService` as a process that can be stopped, continued and killed at any await: in a killed process no await ever
 * returns; in a stopped one, awaits return when it continues. Its link to the store can be cut: then requests do not arrive, or
 * answers are lost.
 */
export class SimulatedService {
  readonly operations: OperationsService;
  readonly logger = new RecordingLogger();
  private readonly options: SimulatedServiceOptions;
  private currentState: 'runs' | 'stopped' | 'killed' = 'runs';
  private waiting: (() => void)[] = [];
  private link: 'whole' | 'cut' | 'answers lost' = 'whole';

  constructor(options: SimulatedServiceOptions) {
    this.options = options;
    const { store, clock, name, leaseMs, onInterrupt, randomId, isOwnerGone } = options;
    this.operations = new OperationsService({
      store: this.throughThisProcess(store),
      clock: this.clockOfThisProcess(clock),
      logger: this.logger,
      randomId,
      lease: { owner: name, ms: leaseMs },
      isOwnerGone,
      onInterrupt,
    });
    this.operations.register('dummy', { ...this.parts, revive: () => this.managed });
  }

  get state(): 'runs' | 'stopped' | 'killed' {
    return this.currentState;
  }

  /** @returns the operation's id: the operation is now acknowledged */
  async launch(): Promise<string> {
    const { operationId, outcome } = await this.operations.launch(this.managed, this.parts);
    outcome.catch(() => {});
    return operationId;
  }

  stop(): void {
    if (this.currentState === 'runs') this.currentState = 'stopped';
  }

  goOn(): void {
    if (this.currentState !== 'stopped') return;
    this.currentState = 'runs';
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  kill(): void {
    this.currentState = 'killed';
    this.waiting = [];
  }

  cutOff(what: 'cut' | 'answers lost'): void {
    this.link = what;
  }

  reconnect(): void {
    this.link = 'whole';
  }

  private get parts() {
    return { renderer: defaultProgressRenderer, logger: this.logger };
  }

  private get managed(): ManagedOperation<unknown> {
    return {
      type: 'dummy',
      metadata: METADATA,
      request: { made: 'for a simulation' },
      ...this.options.managed,
    };
  }

  /** Resolves when the process runs. */
  private async running(): Promise<void> {
    while (this.currentState !== 'runs') await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private throughThisProcess(store: OperationStore): OperationStore {
    return new Proxy(store, {
      get: (target, name: keyof OperationStore) => {
        if (name === 'onWrite') return target.onWrite.bind(target);
        const method = target[name].bind(target) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          await this.running();
          if (this.link === 'cut') throw storeAway();
          const answer = await method(...args);
          await this.running();
          if (this.link !== 'whole') throw storeAway();
          return answer;
        };
      },
    });
  }

  private clockOfThisProcess(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: async (ms, signal) => {
        try {
          await clock.sleep(ms, signal);
        } finally {
          await this.running();
        }
      },
      setTimer: (ms, callback) => {
        let calledOff = false;
        const cancelTimer = clock.setTimer(ms, () => {
          if (this.currentState === 'runs') callback();
          else void this.running().then(() => calledOff || callback());
        });
        return () => {
          calledOff = true;
          cancelTimer();
        };
      },
    };
  }
}

function storeAway(): KtrdrError {
  return new KtrdrError('store_unavailable', 'The store cannot be reached.');
}
