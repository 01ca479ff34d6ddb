import { TRAINING_OPTION_DEFAULTS, type StartTrainingRequest, type TrainingOptions } from '@ktrdr/contracts';
import { ROUTES } from '../../api/routes.js';

/** Where commands send the request. */
export interface CommandTarget {
  /** Of the API: `http://localhost:8000`. */
  origin: string;
  /** True if the API wants a token. Commands take it from the environment: the page never knows it. */
  needsToken: boolean;
}

/** Address that `ktrdr` uses without a setting. */
const DEFAULT_ORIGINS: readonly string[] = ['http://localhost:8000', 'http://127.0.0.1:8000'];

/** The request as a `curl` command of a POSIX shell. */
export function curlOf(request: StartTrainingRequest, { origin, needsToken }: CommandTarget): string {
  const { method, path } = ROUTES.startTraining;
  const lines = [
    `curl -X ${method} ${origin}${path}`,
    ...(needsToken ? ['-H "authorization: Bearer $KTRDR_TOKEN"'] : []),
    "-H 'content-type: application/json'",
    `-d ${quoted(JSON.stringify(request))}`,
  ];
  return lines.join(' \\\n  ');
}

/**
 * The request as a `ktrdr` command of a POSIX shell. The command sends a file of the machine where it runs, and takes the user from
 * the account there.
 *
 * @param file the strategy file, as the command finds it
 */
export function ktrdrOf(request: StartTrainingRequest, file: string, { origin }: CommandTarget): string {
  const { symbols, timeframes } = request;
  const words = [
    ...(DEFAULT_ORIGINS.includes(origin) ? [] : [`KTRDR_API_URL=${origin}`]),
    'ktrdr models train',
    quoted(file),
    ...(symbols === undefined ? [] : [quoted(symbols.join(','))]),
    ...(symbols === undefined || timeframes === undefined ? [] : [timeframes.join(',')]),
    ...FLAGS.flatMap((name) => flagOf(name, request[name])),
  ];
  return words.join(' ');
}

/** Fields that are a flag of the command: `walk_forward` is `--walk-forward`. */
const FLAGS = [...Object.keys(TRAINING_OPTION_DEFAULTS), 'priority'].filter(
  (name) => name !== 'symbols' && name !== 'timeframes',
) as Exclude<keyof TrainingOptions | 'priority', 'symbols' | 'timeframes'>[];

function flagOf(name: string, value: string | number | boolean | undefined): string[] {
  if (value === undefined || value === false) return [];
  const flag = `--${name.replaceAll('_', '-')}`;
  return value === true ? [flag] : [flag, quoted(String(value))];
}

/** A word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:,@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
