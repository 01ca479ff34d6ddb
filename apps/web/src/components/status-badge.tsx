import type { OperationStatus } from '@ktrdr/contracts';
import './status-badge.css';

/** Sign of each status, so that colour is not the only difference. */
const SIGNS: Readonly<Record<OperationStatus, string>> = {
  pending: '○',
  running: '▶',
  cancelling: '◌',
  completed: '✓',
  failed: '✕',
  cancelled: '■',
};

/** A status with its colour and sign. */
export function StatusBadge({ status }: { status: OperationStatus }) {
  return (
    <span class={`status-badge status-${status}`}>
      <span aria-hidden="true">{SIGNS[status]}</span> {status}
    </span>
  );
}
