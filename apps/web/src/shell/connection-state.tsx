import { Moment } from '../components/moment.js';
import { connection, type ConnectionState } from '../live/connection.js';

const WORDS: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Not connected',
  paused: 'Paused',
};

/** Whether what the page shows is current, always in view. */
export function ConnectionIndicator() {
  const { state, since } = connection.value;
  return (
    <span class={`connection connection-${state}`} role="status">
      <span class="connection-dot" aria-hidden="true" />
      <span>
        {WORDS[state]}
        {state === 'lost' && (
          <>
            {' since '}
            <Moment at={new Date(since).toISOString()} as="full" />
          </>
        )}
      </span>
    </span>
  );
}

/** Says on every page that its contents may be old. */
export function ConnectionBanner() {
  const { state, since } = connection.value;
  if (state !== 'lost') return null;
  return (
    <p class="connection-banner" role="alert">
      The API does not answer. This page shows the state from{' '}
      <Moment at={new Date(since).toISOString()} as="full" />. It reconnects automatically.
    </p>
  );
}
