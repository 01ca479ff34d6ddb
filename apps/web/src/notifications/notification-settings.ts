import { NOTIFICATION_EVENTS, type NotificationEvent } from '@ktrdr/contracts';
import { signal } from '@preact/signals';

const KEY = 'ktrdr-notifications';

/** Events that this browser shows; empty: none. All tabs share them. */
export const notifiedEvents = signal<readonly NotificationEvent[]>(stored());

addEventListener('storage', ({ key }) => {
  if (key === KEY) notifiedEvents.value = stored();
});

export function setNotifiedEvents(events: readonly NotificationEvent[]): void {
  notifiedEvents.value = events;
  try {
    localStorage.setItem(KEY, JSON.stringify(events));
  } catch {
    // storage is blocked: the choice lasts until the page is closed
  }
}

function stored(): readonly NotificationEvent[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(read) ? NOTIFICATION_EVENTS.filter((event) => read.includes(event)) : [];
  } catch {
    return [];
  }
}
