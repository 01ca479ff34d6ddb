import { KtrdrError, shown } from '@ktrdr/contracts';
import type { IndicatorParameterValue } from '@ktrdr/contracts';

import { closest, didYouMean } from '../suggest.js';
import { whyIndicatorNeedsRatio } from '../price-ratios.js';
import type { BarColumns, IndicatorType } from './indicator.js';
import { parametersSchema } from './parameter-schema.js';
import { findIndicatorType, INDICATOR_TYPES } from './registry.js';

/** Problems named in the message. */
const MAX_PROBLEMS_IN_MESSAGE = 10;

/** An indicator requested outside a strategy, ready to be computed. */
export interface CheckedIndicator {
  type: string;
  /** Names of the series that `compute` returns. */
  outputs: readonly string[];
  /** All parameters, with defaults filled in. */
  parameters: Readonly<Record<string, IndicatorParameterValue>>;
  warnings: string[];
  /** Why it needs prices above 0; `null` if it does not. The text follows "because". */
  whyRatio: string | null;
  /** Returns one series per output, `[bars]`; `NaN` for no value. */
  compute(bars: BarColumns): Float64Array[];
}

/**
 * Finds an indicator by any of its names and checks its parameters.
 *
 * @throws KtrdrError `indicator_not_found`, or `invalid_request` with all wrong parameters
 */
export function checkIndicator(name: string, given: Readonly<Record<string, unknown>>): CheckedIndicator {
  const found = findIndicatorType(name);
  if (found === null) throw notFound(name);
  const { type } = found;
  const problems: string[] = [];
  const values: Record<string, unknown> = { ...found.parameters };
  const set = new Set<string>();
  for (const [written, value] of Object.entries(given)) {
    const parameter = parameterName(type, written);
    if (parameter === null) problems.push(noSuchParameter(type, written));
    else if (set.has(parameter)) problems.push(`${parameter} is given twice`);
    else {
      set.add(parameter);
      values[parameter] = value;
    }
  }
  const parsed = parametersSchema(type).safeParse(values);
  for (const { path, message } of parsed.error?.issues ?? []) problems.push(`${path.join('.')} ${message}`);
  if (!parsed.success || problems.length > 0) {
    const told = problems.slice(0, MAX_PROBLEMS_IN_MESSAGE);
    const more = problems.length > told.length ? `; and ${problems.length - told.length} more` : '';
    const text = `${type.type}: ${told.join('; ')}${more}`;
    throw new KtrdrError('invalid_request', text.endsWith('?') ? text : `${text}.`, {
      details: { problems: told },
    });
  }
  const parameters = parsed.data as Record<string, IndicatorParameterValue>;
  return {
    type: type.type,
    outputs: type.outputs,
    parameters,
    warnings: warningsOf(type, set),
    whyRatio: whyIndicatorNeedsRatio(type, parameters),
    compute: (bars) => type.compute(bars, parameters as never),
  };
}

function parameterName(type: IndicatorType, written: string): string | null {
  if (Object.hasOwn(type.parameters, written)) return written;
  return Object.hasOwn(type.parameterAliases, written) ? type.parameterAliases[written]! : null;
}

function noSuchParameter(type: IndicatorType, written: string): string {
  const names = Object.keys(type.parameters);
  if (names.length === 0) return `unknown parameter ${shown(written)}; there are no parameters`;
  const hint = didYouMean(written, names);
  return `unknown parameter ${shown(written)}${hint === '' ? `; the parameters are ${names.join(', ')}` : hint}`;
}

function warningsOf(type: IndicatorType, set: ReadonlySet<string>): string[] {
  const without = [...set].flatMap((name) => {
    const { noEffect } = type.parameters[name]!;
    return noEffect === undefined ? [] : [`${name} has no effect: ${noEffect}`];
  });
  return type.lookAhead === undefined
    ? without
    : [...without, `Strategies must not use ${type.type}: ${type.lookAhead}.`];
}

function notFound(name: string): KtrdrError {
  const names = INDICATOR_TYPES.map(({ type }) => type);
  const meant = closest(name, names);
  const hint = meant === null ? `The indicators are ${names.join(', ')}.` : `Did you mean "${meant}"?`;
  return new KtrdrError('indicator_not_found', `Unknown indicator ${shown(name)}. ${hint}`, {
    details: { type: name.slice(0, 64) },
  });
}
