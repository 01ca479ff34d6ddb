/** Name of the warning about a listener that throws. */
const WARNING = 'StoreListenerWarning';

/** The listeners of a store to its writes. See `OperationStore.onWrite`. */
export class WriteListeners {
  private readonly listeners = new Set<(operationId: string | null) => void>();

  /** @returns a function that removes the listener */
  add(listener: (operationId: string | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Never throws: the write is done, and the fault of a listener must not look like its failure. */
  tell(operationId: string | null): void {
    for (const listener of this.listeners) {
      try {
        listener(operationId);
      } catch (error) {
        process.emitWarning(`A listener of the operation store failed: ${stackOf(error)}`, WARNING);
      }
    }
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
