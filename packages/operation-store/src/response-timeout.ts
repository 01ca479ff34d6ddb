import type { Socket } from 'node:net';
import type pg from 'pg';

/**
 * Makes a query without a response fail after a time, together with its connection, so that no other query waits behind
 * it. `client` must be connected.
 *
 * @param onSilent called before the query fails
 */
export function limitResponseTime(
  client: pg.ClientBase,
  responseTimeoutMs: number,
  onSilent: () => void = () => {},
): void {
  const { stream } = internals(client).connection;
  stream.setTimeout(responseTimeoutMs);
  // also after times without a query: a callback of `setTimeout` would run once
  stream.on('timeout', () => {
    if (isIdle(client)) return;
    onSilent();
    stream.destroy(new Error(`no answer within ${responseTimeoutMs} ms`));
  });
}

/** Closes the connection if no query is running. */
export function closeIfIdle(client: pg.ClientBase): void {
  if (isIdle(client)) internals(client).connection.stream.destroy();
}

function isIdle(client: pg.ClientBase): boolean {
  return internals(client).readyForQuery;
}

/** Members that pg's types lack. */
function internals(client: pg.ClientBase) {
  return client as unknown as {
    /** True while no query is running. */
    readyForQuery: boolean;
    connection: { stream: Socket };
  };
}
