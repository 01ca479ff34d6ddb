import { codeOf, messageOf } from './store-errors.js';

/** Server, database and user, without the password. */
export interface PostgresPlace {
  server: string;
  database: string;
  user: string;
  /** Setting that holds the password. */
  passwordSetting: 'DATABASE_URL' | 'POSTGRES_PASSWORD';
}

/** True if PostgreSQL rolled back the transaction because of concurrent ones. A retry may succeed. */
export function isTransactionConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error));
}

/**
 * Explains what is wrong with the database at `place` and what to do next; `null` for an error that is not about the
 * database.
 */
export function explainPostgresError(
  error: unknown,
  { server, database, user, passwordSetting }: PostgresPlace,
): string | null {
  const code = codeOf(error);
  const text = messageOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return `No PostgreSQL server responds at ${server}. Start it. If it runs elsewhere, correct host and port in DATABASE_URL.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      // the name of a stopped container does not resolve
      return `The PostgreSQL server at ${server} is not reachable: its host name is unknown (${code}). Start it if it runs in a container, or correct the host in DATABASE_URL.`;
    case '28P01':
    case '28000':
      return `The PostgreSQL server at ${server} rejects the login of user ${user} (${text}). ${passwordAdvice(passwordSetting)}`;
    case '3D000':
      return `The PostgreSQL server at ${server} has no database ${database}. Create it (createdb ${database}), or set another one in DATABASE_URL.`;
    case '42501':
      return `The user ${user} lacks a right in the database ${database} at ${server} (${text}). Grant the right to create and write tables.`;
    case '25006':
      return `The PostgreSQL server at ${server} is read-only: it is a standby or configured so. Set the primary in DATABASE_URL.`;
    case '53100':
      return `The disk of the PostgreSQL server at ${server} is full. Free some space and try again.`;
    case '53300':
      return `The PostgreSQL server at ${server} has no free connections. Raise its max_connections, or stop other clients.`;
    case '40001':
    case '40P01':
      return `Concurrent writes to the same operations in the database ${database} at ${server} conflicted repeatedly (${text}). Try again.`;
    case '55P03':
      return `The database ${database} at ${server} is locked by another process. Try again.`;
  }
  // pg's message if the server requires a password and none is set
  if (text.includes('client password must be a string')) {
    return `The PostgreSQL server at ${server} requires a password for user ${user}, but none is set. Set POSTGRES_PASSWORD, or add the password to DATABASE_URL.`;
  }
  if (text.startsWith('timeout exceeded')) {
    return `The PostgreSQL server at ${server} is overloaded: no connection became free in time. Try again later.`;
  }
  if (isLostConnection(code, text)) {
    return `The PostgreSQL server at ${server} is not reachable (${text}). Check that it is running and that the network is up, then try again.`;
  }
  return null;
}

function passwordAdvice(setting: PostgresPlace['passwordSetting']): string {
  if (setting === 'DATABASE_URL') return 'Correct user and password in DATABASE_URL.';
  return 'Set POSTGRES_PASSWORD to the password with which the database was created, or change the password in PostgreSQL.';
}

/** SQLSTATE classes 08, 57 and 58, network errors, and pg's messages without a code. */
function isLostConnection(code: string, text: string): boolean {
  return (
    /^(08|57|58)...$/.test(code) ||
    ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', '25P03'].includes(code) ||
    /^(Connection terminated|timeout e|no answer within|Client has encountered a connection error)/i.test(
      text,
    )
  );
}
