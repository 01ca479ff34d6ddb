import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { KtrdrError, shown } from '@ktrdr/contracts';

/** One thing that is wrong with a request. */
interface RequestProblem {
  /** Path inside the body or query: `symbols.0`. */
  path: string;
  message: string;
}

/** So many are told in the message, and so many more are in the details. */
const PROBLEMS_IN_MESSAGE = 5;
const PROBLEMS_IN_DETAILS = 100;

/** Checks bodies, queries and parameters against their classes; what a class does not name is refused. */
export function validationPipe(): ValidationPipe {
  return new RequestPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    exceptionFactory: (errors: ValidationError[]) =>
      invalidRequest(errors.flatMap((error) => problemsOf(error, ''))),
  });
}

/** The framework passes over the names that every object has (`constructor`); nobody's option is called so. */
class RequestPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const inherited = inheritedNames(value, '');
    if (inherited.length > 0)
      throw invalidRequest(inherited.map((path) => ({ path, message: noOption(path) })));
    return super.transform(value, metadata);
  }
}

/** Paths of such names at any depth, which the body parser limits. Ignores bytes and streams of a `PUT`. */
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
  // objects of the query parser have their own prototype, which has none itself
  return prototype === null || Array.isArray(value) || Object.getPrototypeOf(prototype) === null;
}

function noOption(path: string): string {
  return `there is no option ${shown(path)}`;
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
  const own = worthTelling(Object.entries(error.constraints ?? {})).map(([constraint, message]) => ({
    path,
    message: constraint === 'whitelistValidation' ? noOption(path) : plainWords(message),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, path))];
}

/** Where the type is wrong already, limits say nothing. */
function worthTelling(constraints: [string, string][]): [string, string][] {
  const type = constraints.find(([constraint]) => /^is[A-Z]/.test(constraint));
  return type === undefined ? constraints : [type];
}

/** The validation library's sentences, in words for people; others stay as they are. */
const PLAIN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/ must not be less than (\S+)$/, ' must be at least $1'],
  [/ must not be greater than (\S+)$/, ' must be at most $1'],
  [/ must be an integer number$/, ' must be a whole number'],
  [/ must be a number conforming to the specified constraints$/, ' must be a number'],
  [/^each value in (\S+) must be a string$/, 'each of $1 must be a text'],
  [/ must be a string$/, ' must be a text'],
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
