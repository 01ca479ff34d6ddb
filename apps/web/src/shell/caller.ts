import { includesRole, type CallerInfo, type Role } from '@ktrdr/contracts';
import { signal } from '@preact/signals';
import { request } from '../api/client.js';

/** Who the API takes the user for; `null` before the first answer. */
export const caller = signal<CallerInfo | null>(null);

/** True if the user may do what needs `role`. */
export function may(role: Role): boolean {
  return caller.value !== null && includesRole(caller.value.role, role);
}

/** Asks the API who the user is. An answer 401 leads to the login. @throws ApiError */
export async function readCaller(): Promise<void> {
  caller.value = await request('getCaller');
}

let channel: BroadcastChannel | undefined;

/** All tabs share the session's cookie. */
function otherTabs(): BroadcastChannel {
  channel ??= new BroadcastChannel('ktrdr-session');
  return channel;
}

/** Tells the other tabs that the user has logged in or out. */
export function tellOtherTabs(): void {
  otherTabs().postMessage(null);
}

/** @param listener called when another tab has logged in or out @returns removes it */
export function onOtherTabsSession(listener: () => void): () => void {
  otherTabs().addEventListener('message', listener);
  return () => otherTabs().removeEventListener('message', listener);
}
