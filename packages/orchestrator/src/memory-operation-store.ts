import {
  isTerminalStatus,
  type Operation,
  type OperationList,
  type OperationProgress,
  type OperationStatus,
} from '@ktrdr/contracts';
import { operationExists, operationNotFound } from './errors.js';
import { changeStatus, jsonCopy, isActive, type StatusChange } from './operation.js';
import type { OperationQuery, OperationStore, Written } from './operation-store.js';

export interface MemoryOperationStoreOptions {
  /** How many ended operations are kept; beyond it the least recently used one is forgotten. Default 1000. */
  maxEnded?: number;
}

/** Operations in this process's memory: gone when it ends. */
export class MemoryOperationStore implements OperationStore {
  readonly #maxEnded: number;
  /** In the order of creation. Never changed in place, so that two states of one operation may share parts. */
  readonly #operations = new Map<string, Operation>();
  /** Ids of ended operations, least recently used first. */
  readonly #ended = new Set<string>();
  readonly #idOfTask = new Map<string, string>();
  readonly #taskOfId = new Map<string, string>();

  constructor({ maxEnded = 1000 }: MemoryOperationStoreOptions = {}) {
    this.#maxEnded = maxEnded;
  }

  // async throughout, so that a throw is a rejection as in a store that does I/O
  async create(operation: Operation, taskId?: string): Promise<Written> {
    const known = taskId === undefined ? undefined : this.#idOfTask.get(taskId);
    if (known !== undefined) return { operation: jsonCopy(this.#existing(known)), changed: false };
    const id = operation.operation_id;
    if (this.#operations.has(id)) {
      throw operationExists(id);
    }
    const stored = jsonCopy(operation);
    this.#operations.set(id, stored);
    if (taskId !== undefined) {
      this.#idOfTask.set(taskId, id);
      this.#taskOfId.set(id, taskId);
    }
    return { operation: jsonCopy(stored), changed: true };
  }

  async get(operationId: string): Promise<Operation | null> {
    const operation = this.#operations.get(operationId);
    if (operation === undefined) return null;
    if (this.#ended.delete(operationId)) this.#ended.add(operationId);
    return jsonCopy(operation);
  }

  async list({ status, type, limit, offset }: OperationQuery): Promise<OperationList> {
    const all = [...this.#operations.values()].reverse();
    const matching = all.filter(
      (operation) =>
        (status === undefined || operation.status === status) &&
        (type === undefined || operation.operation_type === type),
    );
    return {
      operations: matching.slice(offset, offset + limit).map(jsonCopy),
      total_count: matching.length,
      active_count: all.filter(isActive).length,
    };
  }

  async transition(
    operationId: string,
    attempt: number,
    from: readonly OperationStatus[],
    change: StatusChange,
  ): Promise<Written> {
    const current = this.#existing(operationId);
    if (current.attempt !== attempt || !from.includes(current.status)) {
      return { operation: jsonCopy(current), changed: false };
    }
    const next = changeStatus(current, jsonCopy(change));
    this.#operations.set(operationId, next);
    if (isTerminalStatus(next.status)) this.#keepEnded(operationId);
    else this.#ended.delete(operationId);
    return { operation: jsonCopy(next), changed: true };
  }

  async saveProgress(
    operationId: string,
    attempt: number,
    progress: OperationProgress,
    warnings: readonly string[],
  ): Promise<boolean> {
    const current = this.#operations.get(operationId);
    if (current === undefined || current.attempt !== attempt || !isActive(current)) return false;
    this.#operations.set(operationId, {
      ...current,
      ...jsonCopy({ progress, warnings: [...warnings] }),
    });
    return true;
  }

  async check(): Promise<void> {}

  #existing(operationId: string): Operation {
    const operation = this.#operations.get(operationId);
    if (operation === undefined) throw operationNotFound(operationId);
    return operation;
  }

  #keepEnded(operationId: string): void {
    this.#ended.add(operationId);
    for (const oldest of this.#ended) {
      if (this.#ended.size <= this.#maxEnded) return;
      this.#ended.delete(oldest);
      this.#operations.delete(oldest);
      const taskId = this.#taskOfId.get(oldest);
      if (taskId !== undefined) this.#idOfTask.delete(taskId);
      this.#taskOfId.delete(oldest);
    }
  }
}
