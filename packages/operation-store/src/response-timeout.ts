import type { Socket } from 'node:net';
import type pg from 'pg';

/**
 * Makes a query without a response fail after a time, together with its connection, so that no other query waits behind
 * it. `client` must be connected.
 */
export function limitResponseTime(client: pg.ClientBase, responseTimeoutMs: number): void {
  const { connection } = internals(client);
  connection.stream.setTimeout(responseTimeoutMs, () => {
    if (!internals(client).readyForQuery)
      connection.stream.destroy(new Error(`no answer within ${responseTimeoutMs} ms`));
  });
}

/** Members that pg's types lack. */
function internals(client: pg.ClientBase) {
  return client as unknown as {
    /** True while no query is running. */
    readyForQuery: boolean;
    connection: { stream: Socket };
  };
}
