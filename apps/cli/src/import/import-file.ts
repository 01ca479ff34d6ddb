import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type ImportChoices,
  importQuestionText,
  type ImportPreview,
  type ImportQuestionChoice,
  type ImportSource,
  isRefusal,
  KtrdrError,
  type PreviewImportRequest,
  printable,
  type UploadedFile,
  withAnswer,
} from '@ktrdr/contracts';
import type { ApiClient } from '../api-client.js';
import { ApiError, UsageError } from '../cli-error.js';
import { type CommandContext, openApi } from '../context.js';
import type { Prompter } from '../prompter.js';
import { importPreviewView } from '../views/import-preview-view.js';
import { counted } from '../views/numbers.js';
import type { ImportOptions } from './import-flags.js';
import { withNearestZone } from './nearest-zone.js';
import { askQuestion } from './questions.js';
import { UploadProgress } from './upload-progress.js';
import { withWaitingLine } from './waiting-line.js';

/** What all files of an import share. */
export interface ImportSession {
  context: CommandContext;
  api: ApiClient;
  options: ImportOptions;
  /** Choices of the options. */
  choices: ImportChoices;
  /** `null` without a terminal. */
  prompter: Prompter | null;
  /** Answers to questions about earlier files. */
  answers: Map<ImportQuestionChoice, string>;
  /** Coarser timeframes to make of the imported bars. */
  resample: string[] | null;
  /** Aborts when the user presses Ctrl+C. */
  signal: AbortSignal;
}

/** A file that is ready to be imported, or the reason why it is not. */
export type PreparedImport =
  | { kind: 'ready'; request: PreviewImportRequest; preview: ImportPreview }
  /** Without a terminal, its questions or the confirmation have no answer. */
  | { kind: 'open'; preview: ImportPreview }
  /** The user declined. */
  | { kind: 'declined'; preview: ImportPreview };

/**
 * Uploads a file, shows its preview, asks its open questions, and asks for a confirmation. An upload that is not imported is
 * removed.
 */
export async function prepareImport(session: ImportSession, file: string): Promise<PreparedImport> {
  const source = session.options.serverPath ? { path: file } : await upload(session, file);
  let prepared: PreparedImport | null = null;
  try {
    prepared = await agree(session, source, basename(file));
    return prepared;
  } finally {
    if (prepared?.kind !== 'ready') await removeUpload(session, source);
  }
}

/** Removes an upload that is not imported, also after Ctrl+C. If this fails, the API removes the upload after a day. */
async function removeUpload({ context }: ImportSession, { upload_id: id }: ImportSource): Promise<void> {
  if (id !== undefined)
    await openApi(context, {})
      .delete(`/data/uploads/${id}`)
      .catch(() => undefined);
}

async function upload({ context, api, options }: ImportSession, file: string): Promise<ImportSource> {
  const { output, clock } = context;
  const found = await stat(file);
  if (!found.isFile()) throw new UsageError(`${file} is not a file.`);
  const name = basename(file);
  const progress = new UploadProgress(
    output,
    clock,
    printable(name),
    found.size,
    output.live && !options.json && !options.quiet,
  );
  try {
    const { upload_id } = await api.upload<UploadedFile>(
      '/data/uploads',
      { file: name },
      { path: file, bytes: found.size },
      (sent) => progress.sent(sent),
    );
    return { upload_id };
  } finally {
    progress.stop();
  }
}

async function agree(session: ImportSession, source: ImportSource, file: string): Promise<PreparedImport> {
  const { context, options, prompter, signal } = session;
  const { output } = context;
  let request: PreviewImportRequest = {
    ...source,
    ...session.choices,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  };
  const previewOf = async (asked: PreviewImportRequest): Promise<ImportPreview> => {
    const reading = (): Promise<ImportPreview> =>
      session.api.post<ImportPreview>('/data/imports/preview', asked, PREVIEW_TIMEOUT_MS);
    const preview =
      output.live && !options.json && !options.quiet
        ? await withWaitingLine(output, context.clock, `Reading ${printable(file)}`, reading)
        : await reading();
    return withNearestZone(preview, asked.timezone);
  };
  let preview = await previewOf(request);
  const [first] = preview.questions;
  if (first !== undefined && prompter !== null) {
    output.out(importPreviewView(preview, output));
    output.out('');
    const answered = await answerAll(session, prompter, { request, preview }, previewOf);
    if (answered === null) return { kind: 'declined', preview };
    ({ request, preview } = answered);
    output.out('');
  }
  // without a question about it, --quiet needs no preview
  const isSilent = options.json || (options.quiet && options.yes);
  if (!isSilent) output.out(importPreviewView(preview, output));
  if (preview.questions.length > 0) {
    const lines = preview.questions
      .map((question) => `  ${printable(importQuestionText(question)).replaceAll('\n', '\n  ')}`)
      .join('\n');
    output.err(
      `${printable(preview.file)} is not imported, because it leaves questions open. Answer each with its option:\n${lines}`,
    );
    return { kind: 'open', preview };
  }
  if (options.yes) return { kind: 'ready', request, preview };
  if (prompter === null) {
    output.err(
      `${printable(preview.file)} is not imported, because there is no terminal for a confirmation: add --yes.`,
    );
    return { kind: 'open', preview };
  }
  output.out('');
  const wanted = await prompter.confirm(`Import ${whatOf(preview)}?`, signal);
  return wanted ? { kind: 'ready', request, preview } : { kind: 'declined', preview };
}

/** Reading a large file takes the API minutes. */
const PREVIEW_TIMEOUT_MS = 600_000;

interface Asked {
  request: PreviewImportRequest;
  preview: ImportPreview;
}

/** Asks one question after another; each answer is checked by a new preview. `null`: the user has no answer. */
async function answerAll(
  { context, answers, signal }: ImportSession,
  prompter: Prompter,
  asked: Asked,
  previewOf: (request: PreviewImportRequest) => Promise<ImportPreview>,
): Promise<Asked | null> {
  let { request, preview } = asked;
  const { style } = context.output;
  for (let question = preview.questions[0]; question !== undefined; question = preview.questions[0]) {
    const { choice } = question;
    const answer = await askQuestion(prompter, question, { before: answers.get(choice), style, signal });
    if (answer === null || isRefusal(choice, answer)) return null;
    try {
      const next = withAnswer(request, choice, answer);
      preview = await previewOf(next);
      request = next;
      // an answer that leaves its question open is not likely for the next file
      if (preview.questions.some((open) => open.choice === choice)) answers.delete(choice);
      else answers.set(choice, answer);
    } catch (error) {
      if (!isBadAnswer(error)) throw error;
      answers.delete(choice);
      prompter.say(style.red(`  ${printable(error.message)}`));
    }
  }
  return { request, preview };
}

/** True if the API or the reader of an answer rejects it. */
function isBadAnswer(error: unknown): error is Error {
  const isTyped = error instanceof ApiError || error instanceof KtrdrError;
  return isTyped && ['invalid_request', 'invalid_name', 'import_invalid'].includes(error.code);
}

function whatOf({ bars }: ImportPreview): string {
  const rows = bars.reduce((sum, one) => sum + one.rows, 0);
  const [first] = bars;
  const of =
    bars.length === 1 && first !== undefined
      ? `${first.symbol} ${first.timeframe ?? ''}`
      : counted(bars.length, 'symbol');
  return printable(`${counted(rows, 'bar')} of ${of.trim()}`);
}
