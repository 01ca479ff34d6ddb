import type {
  NotificationEvent,
  NotifiedOperation,
  Operation,
  TrainingResult,
  TypedOperationSummary,
  VerdictLabel,
  WebhookMessage,
} from '@ktrdr/contracts';
import type { PendingDelivery } from '@ktrdr/operation-store';

/** Id of a delivery for the receiver: the same for every try, and different for every other delivery. */
export function deliveryId({ id, webhook }: Pick<PendingDelivery, 'id' | 'webhook'>): string {
  return `${webhook.id}_${id}`;
}

/**
 * What a delivery tells its webhook; `null` if that is nothing that the webhook listens to.
 *
 * @param operation as it is now. It may have begun another attempt since.
 */
export function messageOf(delivery: PendingDelivery, operation: Operation): WebhookMessage | null {
  const { webhook, status, endedAt, attempt } = delivery;
  const isSameAttempt = operation.attempt === attempt && operation.status === status;
  const verdict = isSameAttempt ? verdictOf(operation) : null;
  const events: NotificationEvent[] = verdict?.label === 'edge' ? [status, 'edge'] : [status];
  if (!events.some((event) => webhook.on.includes(event))) return null;
  const { operation_id, operation_type, created_at, metadata, error } = operation as TypedOperationSummary;
  const told: NotifiedOperation = {
    operation_id,
    operation_type,
    status,
    attempt,
    created_at,
    completed_at: endedAt,
    metadata,
    error: isSameAttempt ? error : null,
    verdict,
  };
  return { delivery: deliveryId(delivery), events, test: false, at: endedAt, operation: told };
}

/** The message of a test. */
export function testMessage(delivery: string, at: string): WebhookMessage {
  return { delivery, events: [], test: true, at, operation: null };
}

/** Only a training has a verdict today. */
function verdictOf({ result }: Operation): { label: VerdictLabel; reasons: string[] } | null {
  const verdict = (result as Partial<TrainingResult> | null)?.verdict;
  return verdict ? { label: verdict.label, reasons: verdict.reasons } : null;
}
