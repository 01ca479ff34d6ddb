import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { KtrdrError, shown } from '@ktrdr/contracts';

/** One problem of a request. */
interface RequestProblem {
  /** Path in the body or query: `symbols.0`. */
  path: string;
  message: string;
}

/** Problems named in the message. */
const PROBLEMS_IN_MESSAGE = 5;
const PROBLEMS_IN_DETAILS = 100;

/** Checks bodies, queries and parameters against their classes. Fields that a class does not declare are rejected. */
export function validationPipe(): ValidationPipe {
  return new RequestPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    exceptionFactory: (errors: ValidationError[]) =>
      invalidRequest(errors.flatMap((error) => problemsOf(error, ''))),
  });
}

/**
 * The framework ignores names that every object inherits, such as `constructor`. This pipe rejects them; no option has
 * such a name.
 */
class RequestPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const inherited = inheritedNames(value, '');
    if (inherited.length > 0)
      throw invalidRequest(inherited.map((path) => ({ path, message: unknownOption(path) })));
    return super.transform(value, metadata);
  }
}

/**
 * Paths of inherited names at any depth. The body parser limits the depth. Ignores the bytes and streams of a `PUT`.
 */
function inheritedNames(value: unknown, parent: string): string[] {
  if (!isPlain(value)) return [];
  return Object.keys(value).flatMap((name) => {
    const path = parent === '' ? name : `${parent}.${name}`;
    return name in Object.prototype ? [path] : inheritedNames(value[name], path);
  });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // objects from the query parser have their own prototype, which itself has none
  return prototype === null || Array.isArray(value) || Object.getPrototypeOf(prototype) === null;
}

function unknownOption(path: string): string {
  return `unknown option ${shown(path)}`;
}

function invalidRequest(problems: RequestProblem[]): KtrdrError {
  const told = problems.slice(0, PROBLEMS_IN_MESSAGE).map(({ message }) => message);
  const more = problems.length - told.length;
  const rest = more > 0 ? `; and ${more} more` : '';
  return new KtrdrError('invalid_request', `The request is not valid: ${told.join('; ')}${rest}.`, {
    details: { problems: problems.slice(0, PROBLEMS_IN_DETAILS) },
  });
}

function problemsOf(error: ValidationError, parent: string): RequestProblem[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = relevantConstraints(Object.entries(error.constraints ?? {})).map(([constraint, message]) => ({
    path,
    message: constraint === 'whitelistValidation' ? unknownOption(path) : plainWords(message),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, path))];
}

/** If the type is wrong, the limits are not worth a message. */
function relevantConstraints(constraints: [string, string][]): [string, string][] {
  const type = constraints.find(([constraint]) => /^is[A-Z]/.test(constraint));
  return type === undefined ? constraints : [type];
}

/** Replaces the validation library's messages by plainer ones. Other messages stay unchanged. */
const PLAIN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/ must not be less than (\S+)$/, ' must be at least $1'],
  [/ must not be greater than (\S+)$/, ' must be at most $1'],
  [/ must be an integer number$/, ' must be a whole number'],
  [/ must be a number conforming to the specified constraints$/, ' must be a number'],
  [/^each value in (\S+) must be a string$/, 'each of $1 must be a string'],
  [/ must be a boolean value$/, ' must be true or false'],
  [/ must be an array$/, ' must be a list'],
  [/ must be one of the following values: (.*)$/, ' must be one of $1'],
  [/ must be shorter than or equal to (\d+) characters$/, ' must have at most $1 characters'],
  [/ must contain no more than (\d+) elements$/, ' must have at most $1 entries'],
  [/ should not be empty$/, ' must not be empty'],
];

function plainWords(message: string): string {
  const [pattern, plain] = PLAIN_WORDS.find(([says]) => says.test(message)) ?? [];
  return pattern === undefined || plain === undefined ? message : message.replace(pattern, plain);
}
