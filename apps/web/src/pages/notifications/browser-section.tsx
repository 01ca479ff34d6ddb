import type { NotificationEvent } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { Note } from '../../components/note.js';
import { notifiedEvents, setNotifiedEvents } from '../../notifications/notification-settings.js';
import { EventChoice } from './event-choice.js';

/** Asked about first: the ends that people wait for. */
const FIRST_EVENTS: readonly NotificationEvent[] = ['completed', 'failed', 'edge'];

/** Notifications of this browser. The browser asks for permission only after a click. */
export function BrowserSection() {
  const permission = useSignal(currentPermission());
  const events = notifiedEvents.value;
  const isOn = permission.value === 'granted' && events.length > 0;
  const allow = async (): Promise<void> => {
    permission.value = await Notification.requestPermission();
    if (permission.value === 'granted') setNotifiedEvents(events.length > 0 ? [...events] : FIRST_EVENTS);
  };
  return (
    <section class="card" aria-labelledby="browser-title">
      <h2 id="browser-title">In this browser</h2>
      {permission.value === 'unsupported' && (
        <Note kind="warning">
          This browser shows no notifications here. They need https or the address localhost, and a desktop
          browser.
        </Note>
      )}
      {permission.value === 'denied' && (
        <Note kind="warning">
          The browser blocks notifications from this page. Allow them in its settings for this site, then
          reload the page.
        </Note>
      )}
      {(permission.value === 'default' || (permission.value === 'granted' && events.length === 0)) && (
        <>
          <p>
            Shows a notification when an operation ends, also while you look at another window. Click it to
            see the operation.
          </p>
          <button type="button" class="button button-main" onClick={() => void allow()}>
            Notify me
          </button>
        </>
      )}
      {isOn && (
        <div class="stack">
          <EventChoice legend="Notify me when an operation is" chosen={events} choose={setNotifiedEvents} />
          <p class="muted">Keep one tab of ktrdr open; it may be hidden. Without a tab, use a webhook.</p>
          <div>
            <button type="button" class="button" onClick={() => setNotifiedEvents([])}>
              Stop
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

function currentPermission(): NotificationPermission | 'unsupported' {
  return 'Notification' in window && isSecureContext ? Notification.permission : 'unsupported';
}
