import type { TypedOperationSummary } from '@ktrdr/contracts';
import { effect } from '@preact/signals';
import { ApiError } from '../api/api-error.js';
import { request } from '../api/client.js';
import { now } from '../clock.js';
import { clockDifference } from '../live/connection.js';
import { listenInBackground, onOperationsChange, type OperationsChange } from '../live/operations.js';
import { notifiedEvents } from './notification-settings.js';
import { eventsOf, notificationText, OperationNews } from './operation-news.js';

/** Only the tab that holds this lock shows notifications, so that two tabs show one. */
const LOCK = 'ktrdr-notifications';
/** Operations that can be active at once, as far as the page asks. */
const MOST_ACTIVE = 1_000;

/**
 * Shows a notification of the browser when an operation ends, even while the page is hidden, if the user has turned notifications on.
 *
 * @param open shows an address of the page after a click
 * @returns stops it
 */
export function showNotifications(open: (address: string) => void): () => void {
  // without a secure context there are neither notifications nor locks
  if (!('Notification' in window) || navigator.locks === undefined) return () => {};
  let stop = (): void => {};
  const stopEffect = effect(() => {
    stop();
    const isWanted = notifiedEvents.value.length > 0 && Notification.permission === 'granted';
    stop = isWanted ? whileLeader(() => listen(open)) : () => {};
  });
  return () => {
    stopEffect();
    stop();
  };
}

/** Runs `start` once this tab holds the lock: at once, or when the tab that holds it is closed. @returns stops it */
function whileLeader(start: () => () => void): () => void {
  const waiting = new AbortController();
  let release = (): void => {};
  let isOver = false;
  const lead = (): Promise<void> | undefined => {
    if (isOver) return undefined;
    const stop = start();
    return new Promise((resolve) => {
      release = () => {
        stop();
        resolve();
      };
    });
  };
  navigator.locks.request(LOCK, { signal: waiting.signal }, lead).catch(() => {
    // stopped while it waited for the lock
  });
  return () => {
    isOver = true;
    waiting.abort();
    release();
  };
}

function listen(open: (address: string) => void): () => void {
  const news = new OperationNews();
  const take = (operation: TypedOperationSummary): void => {
    if (news.see(operation, now() + clockDifference.peek())) void tell(operation.operation_id, open);
  };
  const change = (changed: OperationsChange): void => {
    if (changed.type === 'operation') take(changed.operation);
    else if (changed.type === 'removed') news.forget(changed.operationId);
    else void catchUp(news, take);
  };
  void catchUp(news, take);
  const forget = onOperationsChange(change);
  const stopBackground = listenInBackground();
  return () => {
    forget();
    stopBackground();
  };
}

/** Looks what has ended while the stream was interrupted. After an error, the next `reloaded` looks again. */
async function catchUp(news: OperationNews, take: (operation: TypedOperationSummary) => void): Promise<void> {
  const before = news.activeIds;
  try {
    const { operations } = await request('listOperations', {
      query: { status: 'pending,running,cancelling', limit: MOST_ACTIVE },
    });
    const active = new Set(operations.map(({ operation_id }) => operation_id));
    for (const operation of operations) take(operation);
    for (const id of before) {
      if (active.has(id)) continue;
      const operation = await request('getOperation', { params: { id } }).catch(unlessRemoved);
      if (operation === null) news.forget(id);
      else take(operation);
    }
  } catch {
    // the page says itself that it is not connected
  }
}

function unlessRemoved(error: unknown): null {
  if (error instanceof ApiError && error.code === 'operation_not_found') return null;
  throw error;
}

/** Shows the end of an operation, if the user wants to know about it. */
async function tell(id: string, open: (address: string) => void): Promise<void> {
  try {
    const operation = await request('getOperation', { params: { id } });
    const wanted = notifiedEvents.peek();
    if (!eventsOf(operation).some((event) => wanted.includes(event))) return;
    const { title, body } = notificationText(operation);
    const shown = new Notification(title, { body, tag: id, icon: '/favicon.svg' });
    shown.addEventListener('click', () => {
      window.focus();
      open(`/app/operations/${id}`);
      shown.close();
    });
  } catch (cause) {
    console.error('ktrdr: no notification was shown', cause);
  }
}
