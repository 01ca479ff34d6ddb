import {
  actionRefusal,
  isTerminalStatus,
  oneLine,
  type OperationAction,
  type TypedOperationSummary,
} from '@ktrdr/contracts';
import type { Candidate } from './candidate.js';

/** Kinds of names that the API knows. */
export type NameKind =
  | 'model'
  | 'operation'
  | 'symbol'
  | 'token'
  | 'indicator'
  | 'source'
  | 'profile'
  | 'strategy'
  | 'webhook'
  | 'open';

/** The names of a kind that fit a command; none if the API does not answer. @param command `operations cancel` */
export type ApiNames = (kind: NameKind, command: string) => Promise<Candidate[]>;

/** Where and how to ask. */
export interface ApiAccess {
  baseUrl: string;
  token: string | null;
  ca: string | undefined;
}

/** Operations that are offered. */
const OPERATIONS = 50;

/** Asks the API with Node's own client: loading axios takes longer than a completion may. */
export function apiNames(access: ApiAccess, signal: AbortSignal): ApiNames {
  const read = (path: string): Promise<unknown> => readJson(access, path, signal);
  return async (kind, command) => {
    try {
      return await namesOf(kind, command, read);
    } catch {
      // without an answer there is nothing to offer
      return [];
    }
  };
}

async function namesOf(
  kind: NameKind,
  command: string,
  read: (path: string) => Promise<unknown>,
): Promise<Candidate[]> {
  switch (kind) {
    case 'model':
      return list<{ model: string; symbols: string[] }>(await read('/models'), 'models').map(
        ({ model, symbols }) => ({ value: model, description: symbols.join(',') }),
      );
    case 'operation':
      return list<TypedOperationSummary>(await read(`/operations?limit=${OPERATIONS}`), 'operations')
        .filter((operation) => isFor(command, operation))
        .map(({ operation_id, operation_type, status, progress }) => ({
          value: operation_id,
          description: oneLine(`${status} ${operation_type} ${progress.current_step ?? ''}`.trim()),
        }));
    case 'open':
      return [...(await namesOf('operation', command, read)), ...(await namesOf('model', command, read))];
    case 'symbol': {
      const bars = list<{ symbol: string; timeframe: string }>(await read('/data'), 'bars');
      return [...new Set(bars.map(({ symbol }) => symbol))].map((value) => ({
        value,
        description: bars
          .filter(({ symbol }) => symbol === value)
          .map(({ timeframe }) => timeframe)
          .join(','),
      }));
    }
    case 'token':
      return named(await read('/tokens'), 'tokens');
    case 'indicator':
      return list<{ type: string; summary: string }>(await read('/indicators'), 'indicators').map(
        ({ type, summary }) => ({ value: type, description: summary }),
      );
    case 'strategy':
      return named(await read('/strategies'), 'strategies');
    case 'webhook':
      return list<{ id: string; url: string }>(await read('/notifications'), 'webhooks').map(
        ({ id, url }) => ({
          value: id,
          description: url,
        }),
      );
    case 'source':
      return named(await read('/data/sources'), 'sources');
    case 'profile':
      return named(await read('/data/profiles'), 'profiles');
  }
}

/** Whether a command can do something with an operation. */
function isFor(command: string, operation: TypedOperationSummary): boolean {
  switch (command) {
    case 'operations follow':
      return !isTerminalStatus(operation.status);
    case 'operations cancel':
    case 'operations resume':
    case 'operations retry':
      return actionRefusal(command.slice('operations '.length) as OperationAction, operation) === null;
    default:
      return true;
  }
}

function named(data: unknown, field: string): Candidate[] {
  return list<{ name: string }>(data, field).map(({ name }) => ({ value: name }));
}

function list<T>(data: unknown, field: string): T[] {
  return (data as Record<string, T[]>)[field] ?? [];
}

async function readJson(
  { baseUrl, token, ca }: ApiAccess,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  // TLS takes long to load, and most APIs are on this machine
  const { request } = baseUrl.startsWith('https:') ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    request(`${baseUrl}${path}`, { headers, ca, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        try {
          const { data } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { data: unknown };
          resolve(data);
        } catch (error) {
          reject(error as Error);
        }
      });
    })
      .once('error', reject)
      .end();
  });
}
