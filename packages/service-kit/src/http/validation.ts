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
    const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    const inherited = names.filter((name) => name in Object.prototype);
    if (inherited.length > 0)
      throw invalidRequest(inherited.map((path) => ({ path, message: noOption(path) })));
    return super.transform(value, metadata);
  }
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
    message: constraint === 'whitelistValidation' ? noOption(path) : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, path))];
}

/** Where the type is wrong already, limits say nothing. */
function worthTelling(constraints: [string, string][]): [string, string][] {
  const type = constraints.find(([constraint]) => /^is[A-Z]/.test(constraint));
  return type === undefined ? constraints : [type];
}
