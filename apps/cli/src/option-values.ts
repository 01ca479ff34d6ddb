import { NOTIFICATION_EVENTS, type NotificationEvent } from '@ktrdr/contracts';
import { InvalidArgumentError } from 'commander';

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** A number in decimal digits; `null` for any other text: empty, spaces, `0x10`, `Infinity`. */
export function decimal(text: string): number | null {
  const value = Number(text);
  return DECIMAL.test(text) && Number.isFinite(value) ? value : null;
}

/** Reads an option's value as a number. */
export function number(text: string): number {
  const value = decimal(text);
  if (value === null) throw new InvalidArgumentError('It must be a number.');
  return value;
}

/** Reads an option's value as a whole number. */
export function integer(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || !/^[+-]?\d+$/.test(text))
    throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

/** Reads events of webhooks: `completed,edge`. */
export function notificationEvents(text: string): NotificationEvent[] {
  const events = text.split(',').map((event) => event.trim());
  const isKnown = (event: string): event is NotificationEvent =>
    (NOTIFICATION_EVENTS as readonly string[]).includes(event);
  if (events.every(isKnown)) return events;
  throw new InvalidArgumentError(
    `It must be some of ${NOTIFICATION_EVENTS.join(', ')}, separated by commas.`,
  );
}
