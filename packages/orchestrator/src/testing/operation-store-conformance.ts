import type { OperationStore } from '../operation-store.js';

/** Makes an empty store; `close` gives back what it holds. */
export type OperationStoreFactory = () => Promise<{ store: OperationStore; close?: () => Promise<void> }>;

/** One thing that every store does. */
export interface ConformanceCase {
  /** What is true. */
  name: string;
  /** @throws AssertionError where the store does not conform */
  run: () => Promise<void>;
}

/**
 * What every `OperationStore` owes, whatever keeps its rows; independent of a test framework:
 * `test.each(operationStoreConformance(factory))('$name', ({ run }) => run())`. Each case gets a store of its own.
 */
export function operationStoreConformance(factory: OperationStoreFactory): ConformanceCase[] {
  void factory;
  return [];
}
