import { spawn } from 'node:child_process';
import { printable } from '@ktrdr/contracts';
import { operationPath } from '../api-client.js';
import { answer } from '../answer.js';
import { type Browser, readBrowser } from '../config.js';
import { type CommandContext, openApi } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { modelPath } from '../model-name.js';
import type { ReadOptions } from '../read-options.js';

export interface OpenOptions extends ReadOptions {
  /** Prints the address, and opens nothing. */
  print?: boolean;
}

/** `ktrdr open`: opens the page in a browser. Without one, it prints the address. */
export async function openPage(
  context: CommandContext,
  what: string | undefined,
  { print, ...options }: OpenOptions,
): Promise<ExitCode> {
  const address = await pageAddress(context, what, print === true, options);
  const browser = print ? null : readBrowser(process.platform);
  const opened = browser !== null && (await start(browser, address));
  if (!print && !opened) context.output.note('No browser was found on this machine. Open this address:');
  return answer(
    context,
    options,
    { address, opened },
    {
      view: () => printable(opened ? `Opened ${address}` : address),
      names: () => [address],
    },
  );
}

/** Address of the page of an operation or a model, which the API must know; without either, the first page. */
async function pageAddress(
  context: CommandContext,
  what: string | undefined,
  isUnchecked: boolean,
  options: ReadOptions,
): Promise<string> {
  const baseUrl = context.apiUrl();
  const path = what === undefined ? null : what.includes('/') ? modelPath(what) : operationPath(what);
  if (!isUnchecked) await openApi(context, options).get(path ?? '/caller');
  return path === null ? `${baseUrl}/` : `${baseUrl}/app${path}`;
}

/** Starts a program without a shell. It continues after this process has ended. @returns false if it cannot be started */
function start({ command, args }: Browser, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args, address], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
