import {
  type ComputeIndicatorRequest,
  type ComputeIndicatorResponse,
  type IndicatorParameterValue,
} from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { computedView } from '../views/indicators-view.js';
import { noteWarnings } from '../note-warnings.js';
import { decimal } from '../option-values.js';
import type { ReadOptions } from '../read-options.js';

export interface ComputeOptions extends ReadOptions {
  symbol: string;
  timeframe: string;
  /** `k=v,...` */
  params?: string;
  startDate?: string;
  endDate?: string;
}

/** `ktrdr indicators compute <type>`: the last rows as a table, or all rows with `--json`. */
export async function computeIndicator(
  context: CommandContext,
  type: string,
  { symbol, timeframe, params, startDate, endDate, ...options }: ComputeOptions,
): Promise<ExitCode> {
  const { output } = context;
  const request: ComputeIndicatorRequest = {
    symbol,
    timeframe,
    type,
    params: params === undefined ? undefined : parameters(params),
    start_date: startDate,
    end_date: endDate,
  };
  const computed = await openApi(context, options).post<ComputeIndicatorResponse>(
    '/indicators/compute',
    request,
  );
  const exitCode = answer(context, options, computed, {
    view: computedView,
    names: ({ outputs }) => Object.values(outputs).map((values) => String(values.at(-1) ?? '-')),
  });
  if (!options.json) noteWarnings(output, computed.warnings);
  return exitCode;
}

/** @throws UsageError if a part is not `name=value` */
function parameters(text: string): Record<string, IndicatorParameterValue> {
  const entries = text.split(',').map((part): [string, IndicatorParameterValue] => {
    const [name = '', value = '', ...more] = part.split('=').map((piece) => piece.trim());
    if (!/^[a-z]\w*$/i.test(name) || value === '' || more.length > 0) {
      throw new UsageError(`'${part}' is not a parameter. Write parameters as period=21,source=high.`);
    }
    return [name, parameterValue(value)];
  });
  const repeated = entries.find(([name], index) => entries.findIndex(([other]) => other === name) < index);
  if (repeated !== undefined) throw new UsageError(`The parameter ${repeated[0]} is given twice.`);
  return Object.fromEntries(entries);
}

function parameterValue(text: string): IndicatorParameterValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return decimal(text) ?? text;
}
