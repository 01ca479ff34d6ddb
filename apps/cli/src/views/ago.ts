import { moment } from './numbers.js';

/** `just now`, `3 min ago`, `2 h ago`, `yesterday`, `5 days ago`; after a month the date. @param now UTC ms */
export function ago(timestamp: string, now: number): string {
  const seconds = (now - Date.parse(timestamp)) / 1000;
  // a clock that is ahead by a little is common; by more than a minute, the time says more
  if (!Number.isFinite(seconds) || seconds < -60) return moment(timestamp);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  if (days === 1) return 'yesterday';
  return days <= 30 ? `${days} days ago` : timestamp.slice(0, 10);
}
