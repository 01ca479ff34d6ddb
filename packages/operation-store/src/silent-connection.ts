import type { Socket } from 'node:net';
import type pg from 'pg';

/** A query that gets no answer fails, and its connection with it: nobody waits behind it. `client` is connected. */
export function breakWhereSilent(client: pg.ClientBase, answerMs: number): void {
  const { connection } = innards(client);
  connection.stream.setTimeout(answerMs, () => {
    if (!innards(client).readyForQuery)
      connection.stream.destroy(new Error(`no answer within ${answerMs} ms`));
  });
}

/** What pg's types leave out. */
function innards(client: pg.ClientBase) {
  return client as unknown as {
    /** No query is under way. */
    readyForQuery: boolean;
    connection: { stream: Socket };
  };
}
