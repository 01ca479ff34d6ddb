import { KtrdrError } from '../errors.js';
import { oneLine, truncate } from '../printable.js';
import type { Messages } from './messages.js';
import { validators, type Complaint } from './validators.js';

/** Name of a message. */
export type MessageName = keyof Messages;

/** A message does not match its schema. It is not used. */
export class InvalidMessageError extends KtrdrError {
  override readonly name = 'InvalidMessageError';

  /** @param field where in the message: `result.artifacts` */
  constructor(
    readonly messageName: MessageName,
    readonly field: string,
    reason: string,
    sender: string,
  ) {
    super(
      'host_refused',
      `${sender} sent a message that is not valid: ${field} ${reason}. It was not used. Do all parts of ktrdr have the same version?`,
      { details: { message: messageName, field, reason } },
    );
  }
}

/**
 * Checks a message of another process: types, finite numbers, ranges, known values and bounds.
 *
 * @param sender begins the error's message: `The training host http://host:5002`
 * @throws InvalidMessageError names the first field that is wrong
 */
export function readMessage<Name extends MessageName>(
  name: Name,
  value: unknown,
  sender: string,
): Messages[Name] {
  const validator = validators[name];
  if (validator(value)) return value as Messages[Name];
  const complaint = deepest(validator.errors ?? []);
  throw new InvalidMessageError(name, fieldOf(complaint), reasonOf(complaint), sender);
}

/** A union reports errors for each of its types. The type that matches most of the message was meant, and not one with another `type`. */
function deepest(complaints: readonly Complaint[]): Complaint | undefined {
  const depth = ({ instancePath, keyword }: Complaint): number =>
    instancePath.split('/').length + (keyword === 'const' ? 0 : 0.5);
  return complaints.reduce<Complaint | undefined>(
    (best, next) => (best === undefined || depth(next) > depth(best) ? next : best),
    undefined,
  );
}

/** `/result/seeds/3` -> `result.seeds.3`. The names come from the sender and may be any text. */
function fieldOf(complaint: Complaint | undefined): string {
  const path = (complaint?.instancePath ?? '').split('/').slice(1);
  const missing = complaint?.params['missingProperty'];
  if (typeof missing === 'string') path.push(missing);
  const names = path.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.length === 0 ? 'it' : truncate(oneLine(names.join('.')), 200);
}

function reasonOf(complaint: Complaint | undefined): string {
  if (complaint === undefined) return 'is not valid';
  const { keyword, message = 'is not valid', params } = complaint;
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'type':
      return `must be ${[params['type']].flat().join(' or ')}`;
    case 'enum':
    case 'const':
      return 'is not a known value';
    default:
      return message;
  }
}
