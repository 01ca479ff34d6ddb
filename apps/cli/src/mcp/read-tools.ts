import type {
  BarsList,
  CallerInfo,
  ModelList,
  OperationList,
  StrategyFile,
  StrategyList,
  StrategySchema,
  TypedOperationSummary,
  ValidateStrategyResponse,
} from '@ktrdr/contracts';
import * as z from 'zod';
import { modelPath } from '../model-name.js';
import { defineTool, type Tool } from './tool.js';

/** Models of a list. An agent asks for one model to learn more. */
const MOST_MODELS = 20;

/** Tools that change nothing. */
export const READ_TOOLS: readonly Tool[] = [
  defineTool({
    name: 'overview',
    description: 'Your role, and operations (trainings, backtests, imports, downloads), newest first.',
    role: 'read',
    isDestructive: false,
    input: z.object({
      status: z
        .string()
        .optional()
        .describe('pending, running, cancelling, completed, failed, cancelled; several with commas'),
      type: z.string().optional().describe('training, backtest, import, download; several with commas'),
      search: z.string().optional().describe('part of an id, a strategy or a symbol'),
      limit: z.number().int().min(1).max(100).default(10),
    }),
    run: async ({ api }, filters) => {
      const [caller, list] = await Promise.all([
        api.get<CallerInfo>('/caller'),
        api.get<OperationList>('/operations', filters),
      ]);
      const { total_count, active_count } = list;
      return {
        data: { caller, total_count, active_count, operations: list.operations.map(brief) },
        page: '/app/operations',
      };
    },
  }),
  defineTool({
    name: 'list_bars',
    description: 'Stored bars: symbol, timeframe, first and last bar. A training needs bars.',
    role: 'read',
    isDestructive: false,
    input: z.object({}),
    run: async ({ api }) => ({ data: await api.get<BarsList>('/data'), page: '/app/data' }),
  }),
  defineTool({
    name: 'strategy_schema',
    description:
      'How to write a strategy file (YAML): a JSON Schema of a section, all indicators with parameters and outputs, or the labels that a network can learn. Ask for it before you write a strategy.',
    role: 'read',
    isDestructive: false,
    input: z.object({
      part: z
        .enum(['file', 'indicators', 'labels', 'example'])
        .describe('file: all sections; example: a whole strategy file'),
    }),
    run: async ({ api }, { part }) => {
      const page = '/app/strategies';
      if (part === 'example') return { data: EXAMPLE, page };
      const { schema, indicators, labels } = await api.get<StrategySchema>('/strategies/schema');
      return { data: { file: withoutIndicators(schema), indicators, labels }[part], page };
    },
  }),
  defineTool({
    name: 'read_strategies',
    description: 'The strategy files, or with a name the text of one and its revision.',
    role: 'read',
    isDestructive: false,
    input: z.object({ name: z.string().optional().describe('name of the file without .yaml') }),
    run: async ({ api }, { name }) => {
      if (name === undefined)
        return { data: await api.get<StrategyList>('/strategies'), page: '/app/strategies' };
      const path = `/strategies/${encodeURIComponent(name)}`;
      return { data: await api.get<StrategyFile>(path), page: `/app${path}` };
    },
  }),
  defineTool({
    name: 'check_strategy',
    description: 'Checks the text of a strategy file: every problem with its line, and what is allowed.',
    role: 'read',
    isDestructive: false,
    input: z.object({ text: z.string().describe('the whole file, YAML') }),
    run: async ({ api }, { text }) => ({
      data: await api.post<ValidateStrategyResponse>('/strategies/validate', { strategy: text }),
      page: '/app/strategies',
    }),
  }),
  defineTool({
    name: 'read_models',
    description:
      'The newest models with accuracy and verdict, or with a name one model: data, network and metrics. Only the verdict edge means that luck does not explain the result.',
    role: 'read',
    isDestructive: false,
    input: z.object({ model: z.string().optional().describe('strategy/version: momentum/1h_v3') }),
    run: async ({ api }, { model }) => {
      if (model !== undefined)
        return { data: await api.get<unknown>(modelPath(model)), page: `/app${modelPath(model)}` };
      const { models } = await api.get<ModelList>('/models');
      return { data: { count: models.length, newest: models.slice(0, MOST_MODELS) }, page: '/app/models' };
    },
  }),
];

/** Without context and parameters, which repeat what the agent has asked for. */
function brief(operation: TypedOperationSummary): object {
  const { operation_id, operation_type, status, attempt, created_at, completed_at, progress, error } =
    operation;
  const { parameters: _, ...about } = operation.metadata;
  const { percentage, current_step, context } = progress;
  return {
    operation_id,
    operation_type,
    status,
    attempt,
    created_at,
    completed_at,
    percentage,
    current_step,
    ...(operation_type === 'training' ? { verdict: context.verdict ?? null } : {}),
    ...about,
    error,
  };
}

/** The alternatives of all indicators are half of the schema, and `indicators` has them. */
function withoutIndicators(schema: object): object {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === 'anyOf' && Array.isArray(value) && value.length > 20 ? undefined : value,
  ) as object;
}

const EXAMPLE = `name: momentum
version: "3.0"
training_data:
  symbols: {mode: single, symbol: AAPL}
  timeframes: {mode: single, timeframe: 1h}
  history_required: 200
indicators:
  rsi_14: {type: rsi, period: 14}
  macd_std: {type: macd, fast_period: 12, slow_period: 26, signal_period: 9}
fuzzy_sets:
  momentum: {indicator: rsi_14, low: [0, 25, 45], middle: [35, 50, 65], high: [55, 75, 100]}
nn_inputs:
  - {fuzzy_set: momentum, timeframes: all}
  - {raw_indicator: macd_std.histogram, timeframes: all, normalization: zscore}
model: {type: mlp, architecture: {hidden_layers: [32, 16], activation: relu, dropout: 0.2}}
decisions: {output_format: classification, confidence_threshold: 0.5, position_awareness: true}
training:
  method: supervised
  labels: {source: zigzag, zigzag_threshold: 0.025}
  epochs: 50
  batch_size: 32
  learning_rate: 0.001
  early_stopping: {patience: 10, min_delta: 0.0001, monitor: val_loss}
  data_split: {train: 0.7, validation: 0.15, test: 0.15}
`;
