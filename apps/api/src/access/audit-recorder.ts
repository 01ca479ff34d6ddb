import type { AuditOutcome } from '@ktrdr/contracts';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import type { AuditLog, NewAuditEntry } from '@ktrdr/operation-store';
import type { AuditEvent, AuditSink } from '@ktrdr/service-kit';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { RefusalWindow } from './refusal-window.js';

/** Most entries that are kept. Older ones are removed every hour. */
const KEPT = { refused: 10_000, other: 100_000 };
const TRIM_EVERY_MS = 3_600_000;

/**
 * Writes audit events into the store before their answers are sent, so no answer is given without its entry. Events that
 * arrive during a write are written together. If the store cannot take an entry, the service's log gets it, because the
 * action has already happened.
 */
export class AuditRecorder implements AuditSink, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly refusals: RefusalWindow;
  private waiting: NewAuditEntry[] = [];
  /** The write in progress, and the one that takes all entries that wait. */
  private current: Promise<void> = Promise.resolve();
  private next: Promise<void> | null = null;
  private cancelTimer = (): void => {};

  constructor(
    private readonly log: AuditLog,
    private readonly clock: Clock,
    private readonly logger: OrchestratorLogger,
  ) {
    this.refusals = new RefusalWindow(clock, (entry) => this.write(entry));
  }

  record(event: AuditEvent): Promise<void> | null {
    const entry = this.entryOf(event);
    return entry.outcome === 'refused' ? this.refusals.add(entry) : this.write(entry);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.log.trim(KEPT).catch((error: unknown) => {
      this.logger.error('old audit entries could not be removed', { error });
    });
    this.cancelTimer = this.clock.setTimer(TRIM_EVERY_MS, () => void this.onApplicationBootstrap());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.cancelTimer();
    await this.refusals.close();
    await (this.next ?? this.current);
  }

  private write(entry: NewAuditEntry): Promise<void> {
    this.waiting.push(entry);
    this.next ??= this.current.then(() => {
      const entries = this.waiting;
      this.waiting = [];
      this.current = this.next as Promise<void>;
      this.next = null;
      return this.append(entries);
    });
    return this.next;
  }

  private async append(entries: readonly NewAuditEntry[]): Promise<void> {
    try {
      await this.log.append(entries);
    } catch (error) {
      this.logger.error('audit entries could not be stored', { error, entries });
    }
  }

  private entryOf({ caller, action, target, address, status, code }: AuditEvent): NewAuditEntry {
    return {
      at: new Date(this.clock.now()).toISOString(),
      caller: caller?.name ?? null,
      token_id: caller?.tokenId ?? null,
      action,
      target,
      address,
      outcome: outcomeOf(status),
      status,
      code,
      count: 1,
    };
  }
}

function outcomeOf(status: number): AuditOutcome {
  if (status === 401 || status === 403) return 'refused';
  return status < 400 ? 'done' : 'failed';
}
