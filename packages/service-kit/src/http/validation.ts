import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { KtrdrError, shown } from '@ktrdr/contracts';
import { ARRAY_MAX_SIZE, getMetadataStorage, validateSync, type ValidatorOptions } from 'class-validator';
import { rememberChecks } from './remember-checks.js';
import { isNullable } from './request-of.js';

/** One problem of a request. */
export interface RequestProblem {
  /** Path in the body or query: `symbols.0`. */
  path: string;
  message: string;
}

/** Problems named in the message. */
const PROBLEMS_IN_MESSAGE = 5;
const PROBLEMS_IN_DETAILS = 100;

rememberChecks();

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

/** No route has this many parameters. */
const MOST_PARAMETERS = 100;

/** Checked queries that are kept for each class, and their longest text. */
const MOST_CHECKED = 100;
const MOST_CHECKED_LENGTH = 200;

/**
 * Rejects what the framework accepts: names that every object inherits, such as `constructor`, and a query parameter
 * that is given more than once. No option has such a name, and no parameter is a list.
 */
class RequestPipe extends ValidationPipe {
  /** Checked queries by class and text: programs that poll send the same ones, and checking one takes longer than a small answer. */
  private readonly checked = new WeakMap<object, Map<string, unknown>>();

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, metatype } = metadata;
    // a part of the path, which has nothing to check
    if (type === 'param' && metatype === String && typeof value === 'string') return Promise.resolve(value);
    if (type !== 'query' || metatype === undefined) return this.check(value, metadata);
    return this.checkQuery(value, metadata, metatype);
  }

  private async checkQuery(value: unknown, metadata: ArgumentMetadata, metatype: object): Promise<unknown> {
    let known = this.checked.get(metatype);
    if (known === undefined) this.checked.set(metatype, (known = new Map()));
    const text = JSON.stringify(value);
    const found = known.get(text);
    if (found !== undefined) return found;
    // requests share the result, so nobody may change it
    const result: unknown = Object.freeze(await this.check(value, metadata));
    if (text.length > MOST_CHECKED_LENGTH) return result;
    if (known.size >= MOST_CHECKED) known.clear();
    known.set(text, result);
    return result;
  }

  private check(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const problems = metadata.type === 'query' ? queryProblems(value) : longLists(value, metadata.metatype);
    for (const path of inheritedNames(value, '')) problems.push({ path, message: unknownOption(path) });
    if (problems.length > 0) throw invalidRequest(problems);
    return super.transform(metadata.type === 'body' ? withoutNulls(value, metadata) : value, metadata);
  }

  /** No class has an asynchronous check. */
  protected override validate(object: object, options?: ValidatorOptions): ValidationError[] {
    return validateSync(object, options);
  }

  /** `check` has refused such names. */
  protected override stripProtoKeys(): void {}

  /** A list of a JSON text has no gaps. */
  protected override closeArrayGaps(): void {}
}

/** What a class declares of its fields. */
interface Declared {
  fields: ReadonlySet<string>;
  lists: readonly { path: string; most: number }[];
}

const declared = new WeakMap<object, Declared>();

function declaredBy(metatype: NonNullable<ArgumentMetadata['metatype']>): Declared {
  let known = declared.get(metatype);
  if (known === undefined) {
    const checks = getMetadataStorage().getTargetValidationMetadatas(metatype, '', false, false);
    const fields = new Set(checks.map(({ propertyName }) => propertyName));
    const lists = checks
      .filter(({ name }) => name === ARRAY_MAX_SIZE)
      .map(({ propertyName: path, constraints: [most] }) => ({ path, most: most as number }));
    declared.set(metatype, (known = { fields, lists }));
  }
  return known;
}

/** The validation library would first check each entry of a list that is too long. */
function longLists(body: unknown, metatype: ArgumentMetadata['metatype']): RequestProblem[] {
  if (!isPlain(body) || metatype === undefined) return [];
  return declaredBy(metatype).lists.flatMap(({ path, most }) => {
    const list = body[path];
    if (!Array.isArray(list) || list.length <= most) return [];
    return [{ path, message: `${path} must have at most ${most} entries` }];
  });
}

/** An option with the value `null` is missing, unless `null` is one of its values. An unknown option stays, and is refused. */
function withoutNulls(body: unknown, { metatype }: ArgumentMetadata): unknown {
  if (!isPlain(body) || Array.isArray(body) || metatype === undefined) return body;
  const { fields } = declaredBy(metatype);
  return Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) => value !== null || !fields.has(name) || isNullable(metatype, name),
    ),
  );
}

function queryProblems(query: unknown): RequestProblem[] {
  const parameters = Object.entries((query ?? {}) as Record<string, unknown>);
  if (parameters.length > MOST_PARAMETERS) {
    const message = `the query has ${parameters.length} parameters; at most ${MOST_PARAMETERS} are allowed`;
    return [{ path: '', message }];
  }
  return parameters
    .filter(([, value]) => Array.isArray(value))
    .map(([name]) => ({ path: name, message: `${shown(name)} is given more than once` }));
}

/**
 * Paths of inherited names at any depth. The body parser limits the depth. Ignores the streams of routes that take bytes.
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

export function unknownOption(path: string): string {
  return `unknown option ${shown(path)}`;
}

export function invalidRequest(problems: RequestProblem[]): KtrdrError {
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
