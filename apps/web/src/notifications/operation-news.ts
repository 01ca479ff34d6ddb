import type { NotificationEvent, TypedOperation, TypedOperationSummary } from '@ktrdr/contracts';
import { isTerminalStatus } from '@ktrdr/contracts';
import { subjectOf } from '../operations/operation-words.js';

/** Ends that are older than this are no news, ms. */
const NEWS_MS = 60_000;

/** Number of remembered ends, so that none is announced twice. */
const MOST_TOLD = 1_000;

/** Tells news from what the page has been told before. */
export class OperationNews {
  private readonly active = new Set<string>();
  private readonly told = new Set<string>();

  /** Operations that had not ended when they were seen. */
  get activeIds(): readonly string[] {
    return [...this.active];
  }

  /**
   * Takes the state of an operation.
   *
   * @param serverNow the API's clock, ms since 1970
   * @returns true if the operation has ended just now, or since it was last seen
   */
  see(
    { operation_id: id, attempt, status, completed_at }: TypedOperationSummary,
    serverNow: number,
  ): boolean {
    if (!isTerminalStatus(status)) {
      this.active.add(id);
      return false;
    }
    const wasActive = this.active.delete(id);
    const isRecent = completed_at !== null && serverNow - Date.parse(completed_at) < NEWS_MS;
    const key = `${id} ${attempt}`;
    if (this.told.has(key) || !(wasActive || isRecent)) return false;
    this.told.add(key);
    const [oldest] = this.told;
    if (this.told.size > MOST_TOLD && oldest !== undefined) this.told.delete(oldest);
    return true;
  }

  /** The operation was removed. */
  forget(id: string): void {
    this.active.delete(id);
  }
}

/** What is true of an operation that has ended. The result of a training says whether it found an edge. */
export function eventsOf(operation: TypedOperation): NotificationEvent[] {
  const events = isTerminalStatus(operation.status) ? [operation.status] : [];
  return hasEdge(operation) ? [...events, 'edge'] : events;
}

function hasEdge(operation: TypedOperation): boolean {
  return operation.operation_type === 'training' && operation.result?.verdict?.label === 'edge';
}

/** Title and text of a notification. */
export function notificationText(operation: TypedOperation): { title: string; body: string } {
  const name = nameOf(operation);
  const isEdge = hasEdge(operation);
  return {
    title: isEdge ? `Edge found: ${name}` : `${name}: ${operation.status}`,
    body: operation.error?.message ?? `${operation.operation_type} ${operation.operation_id}`,
  };
}

function nameOf(operation: TypedOperation): string {
  switch (operation.operation_type) {
    case 'training':
      return operation.metadata.strategy;
    case 'backtest':
      return `Backtest of ${operation.metadata.model}`;
    case 'import':
      return `Import of ${operation.metadata.file}`;
    case 'download':
      return `Download of ${operation.metadata.symbol} ${operation.metadata.timeframe}`;
    default:
      return subjectOf(operation);
  }
}
