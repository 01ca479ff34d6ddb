import { parseArgs } from 'node:util';
import { KtrdrError, LOCAL_CALLER, ROLES, systemClock } from '@ktrdr/contracts';
import { openOperationStore, type OpenOperationStore } from '@ktrdr/operation-store';
import { readSettings } from '../config.js';
import { Tokens, isRole } from './tokens.js';

const USAGE = `Usage:
  npm start -- token create --role ${ROLES.join('|')} --name NAME
  npm start -- token list
  npm start -- token revoke ID|NAME`;

/** Address in the audit log of changes that were made beside the service. */
const BESIDE_THE_SERVICE = 'this machine';

/**
 * `npm start -- token ...`: manages tokens in the store itself, for the first token and for a lost one. Whoever may write
 * the store may do this. Running APIs of the store notice within two seconds.
 *
 * @returns the exit code
 */
export async function runTokenCommand(args: string[]): Promise<number> {
  try {
    const command = commandOf(args);
    if (command === null) return fail(USAGE, 2);
    const { stateDir, databaseUrl: url, databasePassword: password } = readSettings();
    const store = await openOperationStore({ url, password, stateDir });
    try {
      await command(store);
    } finally {
      await store.close();
    }
    return 0;
  } catch (error) {
    if (error instanceof KtrdrError) return fail(error.message, 1);
    throw error;
  }
}

type TokenCommand = (store: OpenOperationStore) => Promise<void>;

/** `null` if the arguments are wrong. */
function commandOf(args: string[]): TokenCommand | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { role: { type: 'string' }, name: { type: 'string' } },
      allowPositionals: true,
    });
    const { role, name } = values;
    const [action, subject, ...more] = positionals;
    if (action === 'create' && subject === undefined && isRole(role) && name !== undefined)
      return (store) => create(store, { role, name });
    if (role !== undefined || name !== undefined || more.length > 0) return null;
    if (action === 'list' && subject === undefined) return list;
    if (action === 'revoke' && subject !== undefined) return (store) => revoke(store, subject);
    return null;
  } catch {
    // an unknown option
    return null;
  }
}

async function create(store: OpenOperationStore, request: Parameters<Tokens['create']>[0]): Promise<void> {
  const { token, id, name, role } = await tokensIn(store).create(request, LOCAL_CALLER);
  await record(store, 'create_token', `${name} (${role}, ${id})`);
  process.stderr.write(`Token ${name} (${role}, id ${id}). It is shown only now:\n`);
  process.stdout.write(`${token}\n`);
  process.stderr.write('Every request now needs a token. Save this one for the command line: ktrdr login\n');
}

async function list(store: OpenOperationStore): Promise<void> {
  for (const { id, name, role, created_at, created_by } of await tokensIn(store).list())
    process.stdout.write(`${id}  ${role.padEnd(7)}  ${name}  ${created_at} by ${created_by}\n`);
}

async function revoke(store: OpenOperationStore, idOrName: string): Promise<void> {
  const { id, name, role } = await tokensIn(store).revoke(idOrName);
  await record(store, 'revoke_token', `${name} (${role}, ${id})`);
  process.stdout.write(`Token ${name} (${role}, id ${id}) is revoked.\n`);
}

function tokensIn(store: OpenOperationStore): Tokens {
  return new Tokens(store.tokens, systemClock);
}

function record(
  store: OpenOperationStore,
  action: 'create_token' | 'revoke_token',
  target: string,
): Promise<void> {
  return store.audit.append([
    {
      at: new Date(systemClock.now()).toISOString(),
      caller: LOCAL_CALLER,
      token_id: null,
      action,
      target,
      address: BESIDE_THE_SERVICE,
      outcome: 'done',
      status: 200,
      code: null,
      count: 1,
    },
  ]);
}

function fail(message: string, exitCode: number): number {
  process.stderr.write(`${message}\n`);
  return exitCode;
}
