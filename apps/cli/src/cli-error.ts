import { isCertificateProblem, type ErrorBody, type ErrorCode } from '@ktrdr/contracts';
import { EXIT, type ExitCode } from './exit-code.js';

/** Ends the command with a message and an exit code. Only `--verbose` shows more. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Invalid input of the user. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, EXIT.usage, options);
  }
}

/** No response: the API is not running, is elsewhere, or does not answer in time. */
export class ApiUnreachableError extends CliError {
  override readonly name = 'ApiUnreachableError';

  constructor(apiUrl: string, cause: unknown) {
    super(problemOf(apiUrl, cause), EXIT.failed, { cause });
  }
}

function problemOf(apiUrl: string, cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (isCertificateProblem(cause))
    return `The certificate of the API at ${apiUrl} is not accepted (${message}). If a private authority issued it, set KTRDR_CA_FILE to that authority's file.`;
  // a service with TLS closes the connection of a client without it
  if (code === 'ECONNRESET' && apiUrl.startsWith('http:'))
    return `The API at ${apiUrl} closed the connection. Try again. If it uses TLS, set KTRDR_API_URL to an address that begins with https://.`;
  if (code === 'EPROTO' && apiUrl.startsWith('https:'))
    return `The API at ${apiUrl} does not use TLS. Set KTRDR_API_URL to an address that begins with http://.`;
  return `The API at ${apiUrl} does not answer. Start it with: npm start. If it listens elsewhere: ktrdr config set api_url URL`;
}

/** The API answered with an error: exit code 2 where the request was wrong, 1 where the API failed. */
export class ApiError extends CliError {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(status: number, body: ErrorBody) {
    super(body.message, status >= 400 && status < 500 ? EXIT.usage : EXIT.failed);
    this.status = status;
    this.code = body.code;
    this.details = body.details;
  }
}
