import type { StartTrainingRequest, TrainingPriority } from '@ktrdr/contracts';
import {
  DEFAULT_SEED,
  MOST_WALK_FORWARD_BARS,
  TRAINING_PRIORITIES,
  TRAINING_SEEDS,
  WALK_FORWARD_FOLDS,
} from '@ktrdr/contracts';

/** Fields as they are typed. Empty texts leave the choice to the strategy file or to the API. */
export interface TrainingForm {
  symbols: readonly string[];
  timeframes: readonly string[];
  start_date: string;
  end_date: string;
  seed: string;
  seeds: string;
  validation_split: string;
  walk_forward: string;
  walk_forward_window: string;
  walk_forward_gap: string;
  detailed_analytics: boolean;
  dry_run: boolean;
  priority: TrainingPriority;
  user: string;
  /** Options of an earlier training that have no field. */
  others: Readonly<Record<string, unknown>>;
}

/** Fields whose value is a text. */
export type TextField = {
  [Name in keyof TrainingForm]: TrainingForm[Name] extends string ? Name : never;
}[keyof TrainingForm];

export type FormField = keyof TrainingForm | 'strategy';

/** What a training is for: a file, or the text of an earlier training. */
export type StrategyChoice =
  | { kind: 'file'; name: string }
  | { kind: 'text'; text: string; file: string | undefined };

/** An earlier training whose request fills the form. */
export interface EarlierTraining {
  id: string;
  request: StartTrainingRequest;
  /** Of the strategy file at that time. */
  symbols: string[];
  timeframes: string[];
}

export const EMPTY_FORM: TrainingForm = {
  symbols: [],
  timeframes: [],
  start_date: '',
  end_date: '',
  seed: String(DEFAULT_SEED),
  seeds: '',
  validation_split: '',
  walk_forward: '',
  walk_forward_window: '',
  walk_forward_gap: '',
  detailed_analytics: false,
  dry_run: false,
  priority: 'normal',
  user: '',
  others: {},
};

/** Parts of a request that are not options: the strategy has its own field, and a new training has a new id. */
const NOT_OPTIONS: ReadonlySet<string> = new Set<keyof StartTrainingRequest>([
  'strategy',
  'strategy_name',
  'strategy_file',
  'task_id',
]);

/** The form with the fields of an earlier request. */
export function formOf(request: StartTrainingRequest): TrainingForm {
  const text = (value: string | number | undefined): string => (value === undefined ? '' : String(value));
  return {
    symbols: request.symbols ?? [],
    timeframes: request.timeframes ?? [],
    start_date: text(request.start_date),
    end_date: text(request.end_date),
    seed: text(request.seed ?? DEFAULT_SEED),
    seeds: text(request.seeds),
    validation_split: text(request.validation_split),
    walk_forward: text(request.walk_forward),
    walk_forward_window: text(request.walk_forward_window),
    walk_forward_gap: text(request.walk_forward_gap),
    detailed_analytics: request.detailed_analytics ?? false,
    dry_run: request.dry_run ?? false,
    priority: request.priority ?? 'normal',
    user: text(request.user),
    others: Object.fromEntries(
      Object.entries(request).filter(([name]) => !(name in EMPTY_FORM) && !NOT_OPTIONS.has(name)),
    ),
  };
}

/** The request that a form stands for. Fields without a problem are expected. */
export function requestOf(strategy: StrategyChoice, form: TrainingForm): StartTrainingRequest {
  const number = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text));
  const request: StartTrainingRequest = {
    ...(strategy.kind === 'file'
      ? { strategy_name: strategy.name }
      : { strategy: strategy.text, strategy_file: strategy.file }),
    ...form.others,
    symbols: form.symbols.length === 0 ? undefined : [...form.symbols],
    timeframes: form.timeframes.length === 0 ? undefined : [...form.timeframes],
    start_date: form.start_date || undefined,
    end_date: form.end_date || undefined,
    seed: number(form.seed),
    seeds: number(form.seeds),
    validation_split: number(form.validation_split),
    walk_forward: number(form.walk_forward),
    walk_forward_window: number(form.walk_forward_window),
    walk_forward_gap: number(form.walk_forward_gap),
    detailed_analytics: form.detailed_analytics || undefined,
    dry_run: form.dry_run || undefined,
    priority: form.priority === TRAINING_PRIORITIES[1] ? undefined : form.priority,
    user: form.user.trim() || undefined,
  };
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as StartTrainingRequest;
}

interface Bounds {
  least: number;
  most: number;
}

const WHOLE_NUMBERS: readonly (readonly [field: TextField, bounds: Bounds])[] = [
  ['seed', { least: 0, most: 4_294_967_295 }],
  ['seeds', TRAINING_SEEDS],
  ['walk_forward', WALK_FORWARD_FOLDS],
  ['walk_forward_window', { least: 1, most: MOST_WALK_FORWARD_BARS }],
  ['walk_forward_gap', { least: 0, most: MOST_WALK_FORWARD_BARS }],
];

/** What is wrong with the numbers of a form, by field. */
export function numberProblems(form: TrainingForm): Map<FormField, string> {
  const problems = new Map<FormField, string>();
  for (const [field, { least, most }] of WHOLE_NUMBERS) {
    const text = form[field].trim();
    const value = Number(text);
    if (text !== '' && !(Number.isInteger(value) && value >= least && value <= most))
      problems.set(field, `Write a whole number from ${least} to ${most.toLocaleString()}.`);
  }
  const split = form.validation_split.trim();
  if (split !== '' && !(Number(split) > 0 && Number(split) < 1))
    problems.set('validation_split', 'Write a share above 0 and below 1, such as 0.15.');
  for (const field of ['walk_forward_window', 'walk_forward_gap'] as const)
    if (form[field].trim() !== '' && form.walk_forward.trim() === '')
      problems.set(field, 'Write the number of folds too.');
  return problems;
}
