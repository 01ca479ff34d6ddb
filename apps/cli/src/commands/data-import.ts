import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import {
  type ImportChoices,
  type ImportOperation,
  type ImportProfile,
  type OperationStarted,
  printable,
  type PreviewImportRequest,
  profileChoices,
  type StoredBars,
} from '@ktrdr/contracts';
import { operationPath } from '../api-client.js';
import { CliError, UsageError } from '../cli-error.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { findFiles } from '../import/find-files.js';
import { prepareImport, type ImportSession, type PreparedImport } from '../import/import-file.js';
import { flaggedChoices, type ImportOptions } from '../import/import-flags.js';
import { importWords, oneOf } from '../import/import-words.js';
import { listenForInterrupts } from '../interrupts.js';
import { Prompter } from '../prompter.js';
import { superviseOperation } from '../supervise-operation.js';
import { resampleStored, timeframesOf } from './data-resample.js';

/**
 * `ktrdr data import`: uploads files, shows a preview of each, asks its open questions, and imports it.
 *
 * @param words files, folders and patterns, then optionally a symbol and a timeframe
 */
export async function importData(
  context: CommandContext,
  words: string[],
  options: ImportOptions & { symbol?: string; timeframe?: string },
): Promise<ExitCode> {
  const { yes, json, serverPath, verbose } = options;
  const resample = options.resample === undefined ? null : timeframesOf(options.resample);
  const named = importWords(words, (path) => !serverPath && existsSync(path));
  const files = serverPath ? named.files : findFiles(named.files);
  const choices = choicesOf(options, named);
  if (files.length > 1 && choices.symbol !== undefined) {
    throw new UsageError(
      `${choices.symbol} cannot be the symbol of ${files.length} files. Omit it: the symbol of each file comes from the file or its name.`,
    );
  }
  const canAsk = context.input.isTTY === true && !yes && !json;
  const prompter = canAsk ? new Prompter(context) : null;
  const left = new AbortController();
  const session: ImportSession = {
    context,
    api: openApi(context, { verbose, signal: left.signal }),
    options,
    choices,
    prompter,
    answers: new Map(),
    resample,
    signal: left.signal,
  };
  try {
    return await importAll(session, files, left);
  } finally {
    prompter?.close();
  }
}

async function importAll(session: ImportSession, files: string[], left: AbortController): Promise<ExitCode> {
  const { context, options } = session;
  // several objects are a stream
  context.output.isStream = files.length > 1 || session.resample !== null;
  const previews: unknown[] = [];
  const codes: ExitCode[] = [];
  for (const file of files) {
    if (files.length > 1 && !options.json && !options.quiet)
      context.output.out(codes.length === 0 ? '' : '\n');
    const prepared = await untilInterrupted(session, left, () => prepareImport(session, file)).catch(
      (error: unknown) => {
        // a refused file does not stop the others
        if (files.length === 1 || left.signal.aborted || !(error instanceof CliError)) throw error;
        context.output.err(printable(refusalOf(file, error)));
        return error.exitCode;
      },
    );
    if (typeof prepared === 'number') {
      codes.push(prepared);
      if (prepared === EXIT.cancelled || prepared === EXIT.terminated) return prepared;
      continue;
    }
    if (prepared.kind !== 'ready') previews.push(prepared.preview);
    const code = await finish(session, prepared);
    codes.push(code);
    if (code === EXIT.cancelled && prepared.kind === 'ready') return code;
  }
  if (options.json && !options.yes) context.output.json({ previews });
  if (files.length > 1 && !options.json && !options.quiet) context.output.out(`\n${summary(codes)}`);
  return worst(codes);
}

async function finish(session: ImportSession, prepared: PreparedImport): Promise<ExitCode> {
  const { context, options } = session;
  if (prepared.kind === 'open') return EXIT.usage;
  if (prepared.kind === 'declined') {
    context.output.err('Nothing was imported. Options change how a file is read: ktrdr data import --help');
    return EXIT.cancelled;
  }
  const { request } = prepared;
  if (options.saveProfile !== undefined) await saveProfile(session, options.saveProfile, request);
  let stored: readonly StoredBars[] = [];
  const code = await superviseOperation(
    context,
    {
      kind: 'start',
      start: (api) => api.post<OperationStarted>('/data/imports/start', request),
      onCompleted: async (api, id) => {
        const { result } = await api.get<ImportOperation>(operationPath(id));
        stored = result?.stored ?? [];
      },
    },
    options,
  );
  if (session.resample !== null) await resampleAll(session, session.resample, stored, request);
  return code;
}

/** Makes coarser bars of what was imported. Daily bars are days of the file's time zone. */
async function resampleAll(
  { context, api, options }: ImportSession,
  to: string[],
  stored: readonly StoredBars[],
  { timezone, on_conflict }: PreviewImportRequest,
): Promise<void> {
  for (const { symbol, timeframe, file } of stored) {
    try {
      await resampleStored(context, api, { symbol, timeframe, to, timezone, on_conflict }, options);
    } catch (error) {
      context.output.err(`${printable(file)} is imported, but no coarser bars were made of it:`);
      throw error;
    }
  }
}

/** Saves the choices of an import as a profile, without the choices for these bars alone. */
async function saveProfile(
  { api, context, options }: ImportSession,
  name: string,
  request: PreviewImportRequest,
): Promise<void> {
  const base = options.profile === undefined ? {} : await savedChoices(api, options.profile);
  await api.put<ImportProfile>(`/data/profiles/${encodeURIComponent(name)}`, {
    ...base,
    ...profileChoices(request),
  });
  context.output.note(`The choices are saved. Use them with --profile ${printable(name)}`);
}

async function savedChoices(api: ImportSession['api'], name: string): Promise<ImportChoices> {
  const { profiles } = await api.get<{ profiles: ImportProfile[] }>('/data/profiles');
  return profiles.find((profile) => profile.name === name)?.choices ?? {};
}

/** The error of one of several files, with its path: the API knows only its name. */
function refusalOf(file: string, { message }: CliError): string {
  const name = `${basename(file)}: `;
  return `${file}: ${message.startsWith(name) ? message.slice(name.length) : message}`;
}

function choicesOf(
  options: { symbol?: string; timeframe?: string },
  words: { symbol?: string; timeframe?: string },
): ImportChoices {
  const symbol = oneOf('--symbol', words.symbol, options.symbol);
  const timeframe = oneOf('--timeframe', words.timeframe, options.timeframe);
  return {
    ...flaggedChoices(options),
    ...(symbol === undefined ? {} : { symbol }),
    ...(timeframe === undefined ? {} : { timeframe }),
  };
}

/** Runs `work` until Ctrl+C or SIGTERM, which abort its requests and its question. */
async function untilInterrupted<T>(
  { context }: ImportSession,
  left: AbortController,
  work: () => Promise<T>,
): Promise<T | ExitCode> {
  let exitCode: ExitCode = EXIT.cancelled;
  const leave = (code: ExitCode): void => {
    exitCode = code;
    left.abort(new Error('interrupted'));
  };
  const stopListening = listenForInterrupts(context.signals, context.clock, {
    onInterrupt: () => leave(EXIT.cancelled),
    onTerminate: () => leave(EXIT.terminated),
  });
  try {
    return await work();
  } catch (error) {
    if (!left.signal.aborted) throw error;
    context.output.err('Nothing was imported.');
    return exitCode;
  } finally {
    stopListening();
  }
}

function summary(codes: readonly ExitCode[]): string {
  const imported = codes.filter((code) => code === EXIT.completed).length;
  return `${imported} of ${codes.length} files imported.`;
}

/** 1 if an import failed, else 2 if a file was refused, else 130 if the user declined one. */
function worst(codes: readonly ExitCode[]): ExitCode {
  return (
    [EXIT.failed, EXIT.usage, EXIT.terminated, EXIT.cancelled].find((code) => codes.includes(code)) ??
    EXIT.completed
  );
}
