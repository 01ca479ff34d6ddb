import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { KtrdrError } from '@ktrdr/contracts';

/** One thing that is wrong with a request. */
interface RequestProblem {
  /** Path inside the body or query: `symbols.0`. */
  path: string;
  message: string;
}

/** So many are told in the message; all of them are in the details. */
const PROBLEMS_IN_MESSAGE = 5;

/** Checks bodies, queries and parameters against their classes; what a class does not name is refused. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    exceptionFactory: invalidRequest,
  });
}

function invalidRequest(errors: ValidationError[]): KtrdrError {
  const problems = errors.flatMap((error) => problemsOf(error, ''));
  const told = problems.slice(0, PROBLEMS_IN_MESSAGE).map(({ message }) => message);
  const more = problems.length - told.length;
  const rest = more > 0 ? `; and ${more} more` : '';
  return new KtrdrError('invalid_request', `The request is not valid: ${told.join('; ')}${rest}.`, {
    details: { problems },
  });
}

function problemsOf(error: ValidationError, parent: string): RequestProblem[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = worthTelling(Object.entries(error.constraints ?? {})).map(([constraint, message]) => ({
    path,
    message: constraint === 'whitelistValidation' ? `there is no option "${path}"` : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, path))];
}

/** Where the type is wrong already, limits say nothing. */
function worthTelling(constraints: [string, string][]): [string, string][] {
  const type = constraints.find(([constraint]) => /^is[A-Z]/.test(constraint));
  return type === undefined ? constraints : [type];
}
