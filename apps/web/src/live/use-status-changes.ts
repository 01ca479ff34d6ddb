import type { OperationStatus } from '@ktrdr/contracts';
import { useRef } from 'preact/hooks';
import type { OperationsChange } from './operations.js';

/** @returns true for changes of a status and for operations that are new or removed, but not for progress */
export function useStatusChanges(): (change: OperationsChange) => boolean {
  const statuses = useRef(new Map<string, OperationStatus>());
  return (change) => {
    if (change.type !== 'operation') return change.type === 'removed';
    const { operation_id: id, status } = change.operation;
    const isChange = statuses.current.get(id) !== status;
    statuses.current.set(id, status);
    return isChange;
  };
}
