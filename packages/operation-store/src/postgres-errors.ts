import { codeOf, messageOf } from './store-errors.js';

/** Which server and database, without the password. */
export interface PostgresPlace {
  server: string;
  database: string;
  user: string;
  /** Setting that holds the password. */
  passwordSetting: 'DATABASE_URL' | 'POSTGRES_PASSWORD';
}

/** PostgreSQL took the transaction back because of what others did at the same time: the same again may go well. */
export function isConflictOfTransactions(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error));
}

/** What is wrong with the database at `place`, where `error` is about that; else `null`. */
export function explainPostgresError(
  error: unknown,
  { server, database, user, passwordSetting }: PostgresPlace,
): string | null {
  const code = codeOf(error);
  const text = messageOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return `No PostgreSQL server answers at ${server}. Start it. If it runs elsewhere, correct host and port in DATABASE_URL.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      // the name of a stopped container cannot be resolved
      return `The PostgreSQL server at ${server} cannot be reached: its host name is unknown (${code}). Start it if it runs in a container, or correct the host in DATABASE_URL.`;
    case '28P01':
    case '28000':
      return `The PostgreSQL server at ${server} does not let the user ${user} in (${text}). ${rightPassword(passwordSetting)}`;
    case '3D000':
      return `The PostgreSQL server at ${server} has no database ${database}. Create it (createdb ${database}), or name another in DATABASE_URL.`;
    case '42501':
      return `The user ${user} may not do this in the database ${database} at ${server} (${text}). Grant it the right to create and write tables there.`;
    case '25006':
      return `The PostgreSQL server at ${server} takes no writes: it is a standby, or set to read only. Name the primary in DATABASE_URL.`;
    case '53100':
      return `The disk of the PostgreSQL server at ${server} is full. Make room on it and try again.`;
    case '53300':
      return `The PostgreSQL server at ${server} has no connection left. Raise its max_connections, or stop other users of it.`;
    case '40001':
    case '40P01':
      return `Others wrote the same operations in the database ${database} at ${server} at the same time, again and again (${text}). Try again.`;
    case '55P03':
      return `The database ${database} at ${server} is locked by another process. Try again.`;
  }
  // pg's message if the server asks for a password and none is set
  if (text.includes('client password must be a string')) {
    return `The PostgreSQL server at ${server} asks the user ${user} for a password, and none is set. Set POSTGRES_PASSWORD, or write it into DATABASE_URL.`;
  }
  if (text.startsWith('timeout exceeded')) {
    return `The PostgreSQL server at ${server} is too slow for all that is asked of it: no connection came free. Try again later.`;
  }
  if (isLostConnection(code, text)) {
    return `The PostgreSQL server at ${server} cannot be reached (${text}). See that it runs and that the network is up, then try again.`;
  }
  return null;
}

function rightPassword(setting: PostgresPlace['passwordSetting']): string {
  if (setting === 'DATABASE_URL') return 'Correct user and password in DATABASE_URL.';
  return 'Set POSTGRES_PASSWORD to the password that the database was created with, or change that password in PostgreSQL.';
}

/** SQLSTATE classes 08, 57 and 58, the network's own errors, and what pg says without a code. */
function isLostConnection(code: string, text: string): boolean {
  return (
    /^(08|57|58)...$/.test(code) ||
    ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', '25P03'].includes(code) ||
    /^(Connection terminated|timeout e|no answer within|Client has encountered a connection error)/i.test(
      text,
    )
  );
}
