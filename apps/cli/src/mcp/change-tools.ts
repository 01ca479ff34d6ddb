import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type {
  ImportPreview,
  OperationStarted,
  SavedStrategy,
  StartBacktestRequest,
  StartTrainingRequest,
  UploadedFile,
} from '@ktrdr/contracts';
import * as z from 'zod';
import { UsageError } from '../cli-error.js';
import { modelPath } from '../model-name.js';
import { operationPath } from '../api-client.js';
import { defineTool, type Tool, type ToolAnswer, type ToolCall } from './tool.js';

/** Reading a large file takes the API minutes. */
const PREVIEW_TIMEOUT_MS = 600_000;

const DATE = z.string().describe('YYYY-MM-DD, included').optional();

/** Tools that start or change something. */
export const CHANGE_TOOLS: readonly Tool[] = [
  defineTool({
    name: 'import_bars',
    description:
      'Imports bars from a file on this machine (CSV, Parquet, JSON, zip). Starts an operation; if the file leaves questions open, nothing starts and the answer has them: call again with choices.',
    role: 'operate',
    isDestructive: false,
    input: z.object({
      path: z.string().describe('path of the file'),
      symbol: z.string().optional().describe('if the file has only one: AAPL'),
      timeframe: z.string().optional().describe('1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w'),
      choices: z
        .record(z.string(), z.unknown())
        .optional()
        .describe('answers to questions by their choice: {"timezone": "UTC"}'),
    }),
    run: async (call, { path, choices, ...named }) => {
      const { api, signal } = call;
      const cancellable = api.endedBy(signal);
      const found = await stat(path).catch(() => null);
      if (found?.isFile() !== true) throw new UsageError(`${path} is not a file. Write its full path.`);
      const file = { path, bytes: found.size };
      const { upload_id } = await cancellable.upload<UploadedFile>(
        '/data/uploads',
        { file: basename(path) },
        file,
        () => {},
      );
      const request = { upload_id, ...named, ...choices };
      const preview = await cancellable
        .post<ImportPreview>('/data/imports/preview', request, PREVIEW_TIMEOUT_MS)
        .catch(async (error: Error) => {
          error.message = [error.message, ...(await removeUpload(call, upload_id))].join(' ');
          throw error;
        });
      const { questions } = preview;
      if (questions.length > 0) {
        const warnings = await removeUpload(call, upload_id);
        return { data: { started: false, questions, warnings }, page: '/app/data/import' };
      }
      const { operation_id } = await start(call, '/data/imports/start', request);
      return { data: { operation_id, bars: preview.bars }, page: pageOf(operation_id) };
    },
  }),
  defineTool({
    name: 'save_strategy',
    description:
      'Saves a whole strategy file. The answer lists its problems; a file with errors cannot be trained. The name in the text should be the name of the file.',
    role: 'operate',
    isDestructive: true,
    input: z.object({
      name: z.string().describe('name of the file without .yaml'),
      text: z.string().describe('the whole file, YAML'),
      revision: z
        .string()
        .nullable()
        .default(null)
        .describe('revision of the file that it replaces, from read_strategies; null for a new file'),
    }),
    run: async ({ api }, { name, text, revision }) => {
      const path = `/strategies/${encodeURIComponent(name)}`;
      return { data: await api.put<SavedStrategy>(path, { text, revision }), page: `/app${path}` };
    },
  }),
  defineTool({
    name: 'train_model',
    description:
      'Starts the training of a saved strategy, which ends with a verdict. Answers with the operation id at once: follow it with wait_for_operation.',
    role: 'operate',
    isDestructive: false,
    input: z.object({
      strategy: z.string().describe('name of the file without .yaml'),
      symbols: z.array(z.string()).optional().describe("instead of the file's"),
      timeframes: z.array(z.string()).optional().describe("instead of the file's"),
      start_date: DATE,
      end_date: DATE,
      seed: z.number().int().min(0).optional(),
      seeds: z.number().int().min(2).max(20).optional().describe('number of seeds to train'),
      dry_run: z.boolean().optional().describe('prepare everything, train nothing'),
    }),
    run: async (call, { strategy, ...others }) => {
      const request = { strategy_name: strategy, ...others } as StartTrainingRequest;
      return started(await start(call, '/trainings/start', request));
    },
  }),
  defineTool({
    name: 'backtest_model',
    description:
      'Starts a backtest of a model on bars that it has not seen. Answers with the operation id at once.',
    role: 'operate',
    isDestructive: false,
    input: z.object({
      model: z.string().describe('strategy/version: momentum/1h_v3'),
      symbols: z.array(z.string()).optional().describe("instead of the model's"),
      start_date: DATE,
      end_date: DATE,
      commission_bps: z.number().min(0).optional().describe('for each side, 1 = 0.01 %'),
      slippage_bps: z.number().min(0).optional(),
    }),
    run: async (call, { model, ...request }) => {
      const path = `${modelPath(model)}/backtest`;
      return started(await start(call, path, request satisfies StartBacktestRequest));
    },
  }),
];

/**
 * Starts an operation. If the client cancels the call, it never gets the operation's id, so the operation is cancelled. The request
 * is not aborted, because the API may already have started the operation.
 */
async function start({ api, signal }: ToolCall, path: string, body: object): Promise<OperationStarted> {
  signal.throwIfAborted();
  const operation = await api.post<OperationStarted>(path, body);
  if (signal.aborted)
    await api.post(`${operationPath(operation.operation_id)}/cancel`, {
      reason: 'The agent cancelled its call.',
    });
  return operation;
}

/** Removes an upload that is not imported. @returns a warning if this fails */
async function removeUpload({ api }: ToolCall, id: string): Promise<string[]> {
  try {
    await api.delete(`/data/uploads/${id}`);
    return [];
  } catch (error) {
    return [
      `The uploaded file could not be removed; the API removes it after a day. ${(error as Error).message}`,
    ];
  }
}

function started({ operation_id, message }: OperationStarted): ToolAnswer {
  return { data: { operation_id, message }, page: pageOf(operation_id) };
}

/** The page of an operation. */
export function pageOf(operationId: string): string {
  return `/app/operations/${encodeURIComponent(operationId)}`;
}
