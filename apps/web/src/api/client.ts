import { isErrorResponse, type SuccessResponse } from '@ktrdr/contracts';
import { ApiError, unreachable } from './api-error.js';
import {
  ROUTES,
  type AddressInputOf,
  type AnswerOf,
  type InputOf,
  type JsonRouteName,
  type RouteName,
} from './routes.js';

/** What every request may have. */
interface RequestOptions {
  signal?: AbortSignal;
}

interface AnyInput {
  params?: Readonly<Record<string, string>>;
  query?: object;
  body?: object;
}

/** Called after each answer 401, with the error. */
let onUnauthenticated: (error: ApiError) => void = () => {};

/** Sets what happens when the API wants a token: the page asks for it. */
export function whenUnauthenticated(listener: (error: ApiError) => void): void {
  onUnauthenticated = listener;
}

/** Number of `withoutLogin` that run. */
let held = 0;

/**
 * Runs something after which the page needs a token and gets one: an answer 401 to a request that is sent meanwhile does not lead to
 * the login.
 */
export async function withoutLogin<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  held += 1;
  try {
    return await work();
  } finally {
    held -= 1;
  }
}

type Arguments<Name extends JsonRouteName> =
  object extends InputOf<Name>
    ? [input?: InputOf<Name> & RequestOptions]
    : [input: InputOf<Name> & RequestOptions];

/**
 * Sends a request to the API. The browser adds the session cookie.
 * @throws ApiError what the API answered, or `unreachable`; the reason of `signal` if it aborts
 */
export async function request<Name extends JsonRouteName>(
  name: Name,
  ...[input]: Arguments<Name>
): Promise<AnswerOf<Name>> {
  const { method, path } = ROUTES[name];
  const { params, query, body, signal } = (input ?? {}) as AnyInput & RequestOptions;
  return send(addressOf(path, params, query), {
    method,
    signal,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }) as Promise<AnswerOf<Name>>;
}

/** Address of a route, for links to files and for uploads. */
export function routeAddress<Name extends RouteName>(name: Name, input: AddressInputOf<Name>): string {
  const { params, query } = input as AnyInput;
  return addressOf(ROUTES[name].path, params, query);
}

/** Address of a path with its parameters and query; fields that are `undefined` or empty are left out. */
export function addressOf(
  path: string,
  params: Readonly<Record<string, string>> = {},
  query: object = {},
): string {
  const filled = path.replaceAll(/:([a-z_]+)/gi, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams(
    Object.entries(query)
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return search === '' ? filled : `${filled}?${search}`;
}

/** Sends a request, and unpacks its envelope. @throws ApiError */
export async function send(address: string, init: RequestInit): Promise<unknown> {
  const isHeld = held > 0;
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(address, init);
    answer = await response.json();
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause;
    throw unreachable(cause);
  }
  return unpacked(answer, response.status, isHeld);
}

/**
 * `data` of an answer.
 *
 * @param isHeld true if the request was sent during `withoutLogin`
 * @throws ApiError what the API answered instead
 */
export function unpacked(answer: unknown, status: number, isHeld = false): unknown {
  if (isErrorResponse(answer)) {
    const error = new ApiError(answer.error, status);
    if (status === 401 && !isHeld && held === 0) onUnauthenticated(error);
    throw error;
  }
  return (answer as SuccessResponse<unknown>).data;
}
