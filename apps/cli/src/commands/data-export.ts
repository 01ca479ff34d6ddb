import { stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { EXPORT_FORMATS, type ExportBarsQuery, type ExportFormat, printable } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';
import { confirm } from '../confirm.js';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { fileSize } from '../views/numbers.js';

export interface ExportOptions extends ReadOptions {
  startDate?: string;
  endDate?: string;
  /** Replaces an existing file without a question. */
  yes?: boolean;
}

/** `ktrdr data export`: the bars of a symbol and timeframe as a file; its ending chooses the format. */
export async function exportData(
  context: CommandContext,
  symbol: string,
  timeframe: string,
  file: string,
  { startDate, endDate, yes, ...options }: ExportOptions,
): Promise<ExitCode> {
  const { output } = context;
  const format = formatOf(file);
  if ((await kindOf(dirname(file))) !== 'folder')
    throw new UsageError(`The folder ${dirname(file)} does not exist. Create it first.`);
  const there = await kindOf(file);
  if (there === 'folder') throw new UsageError(`${file} is a folder. Name a file in it.`);
  if (there === 'file' && !yes) {
    if (context.input.isTTY !== true)
      throw new UsageError(`${file} exists, and there is no terminal for a confirmation: add --yes.`);
    if (!(await confirm(context, `Replace ${printable(file)}?`))) {
      output.err('Nothing was exported.');
      return EXIT.cancelled;
    }
  }
  const query: ExportBarsQuery = { symbol, timeframe, format, start_date: startDate, end_date: endDate };
  await openApi(context, options).download('/data/export', file, query);
  const { size: bytes } = await stat(file);
  return answer(
    context,
    options,
    { symbol, timeframe, file, format, bytes },
    {
      view: () => printable(`${symbol} ${timeframe} is in ${file} (${fileSize(bytes)}).`),
      names: () => [file],
    },
  );
}

/** @throws UsageError for another ending */
function formatOf(file: string): ExportFormat {
  const ending = extname(file).slice(1).toLowerCase();
  const format = EXPORT_FORMATS.find((known) => known === ending);
  if (format !== undefined) return format;
  const endings = EXPORT_FORMATS.map((known) => `.${known}`).join(' or ');
  throw new UsageError(`${file} must end with ${endings}: the ending chooses the format.`);
}

async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  return found.isDirectory() ? 'folder' : 'file';
}
