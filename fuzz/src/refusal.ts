import { ERROR_STATUS, KtrdrError, isErrorResponse, type ErrorBody, type ErrorCode } from '@ktrdr/contracts';
import type { ReceivedAnswer } from './http.js';

/** Codes whose message names the thing that is missing or in the way; these have no position in a text. */
const NAMES_THE_THING =
  /_not_found$|_missing$|_exist|not_found|_ended$|_conflict$|^not_re|_busy$|_replaced$|^host_|^model_unsupported$|^origin_|^un|^forbidden|^payload|^too_many|^over_/;

/** A place in the request or in a file: a field, line and column, or a byte. */
const PLACE =
  /\b[a-z]+ must |\.(?:csv|json|onnx|yaml)\b|:\d+(:\d+)?\b|\bline \d+|\bbytes?\b|\bposition \d+|\bcolumn \d+|\b[a-z]+(_[a-z]+)+\b|"[^"]*"|'[^']*'|“[^”]*”|\{ \.\.\. \}|\b(body|address|strategy|symbol|timeframe|header|query)\b/i;

/** What must never be in an answer. */
const INTERNAL = /node_modules|\.[cm]?[jt]s:\d+|\n\s+at \S|\[object /;

/** @throws an error if the answer is neither a success nor a proper refusal */
export function checkAnswer({ status, type, text }: ReceivedAnswer, method: string): void {
  const shown = `HTTP ${status} ${text.slice(0, 400)}`;
  if (status >= 500) throw new Error(`server error: ${shown}`);
  // the answer to HEAD has no body
  if (status < 400 || method === 'HEAD') return;
  if (!type.startsWith('application/json')) throw new Error(`a refusal that is not JSON (${type}): ${shown}`);
  const body: unknown = JSON.parse(text);
  if (!isErrorResponse(body)) throw new Error(`a refusal without code: ${shown}`);
  if (ERROR_STATUS[body.error.code as ErrorCode] !== status)
    throw new Error(`the status of ${body.error.code} is not ${status}: ${shown}`);
  if (INTERNAL.test(text)) throw new Error(`the answer shows internal details: ${shown}`);
  if (!hasPlace(body.error)) throw new Error(`a refusal without a place: ${shown}`);
}

/**
 * Checks the error of a function.
 *
 * @throws the error itself if it has none of the codes
 */
export function checkRefusal(error: unknown, codes: readonly ErrorCode[]): KtrdrError {
  if (!(error instanceof KtrdrError && codes.includes(error.code))) throw error;
  if (INTERNAL.test(error.message)) throw new Error(`the message shows internal details: ${error.message}`);
  return error;
}

function hasPlace({ code, message, details }: ErrorBody): boolean {
  const { problems } = (details ?? {}) as { problems?: { path?: string }[] };
  if (Array.isArray(problems) && problems.some(({ path }) => path !== undefined)) return true;
  return NAMES_THE_THING.test(code) || PLACE.test(message);
}
