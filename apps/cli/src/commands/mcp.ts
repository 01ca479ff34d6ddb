import { once } from 'node:events';
import { openApi, type CommandContext } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { readVersion } from '../own-files.js';

/** `ktrdr mcp`: serves tools for agents (Model Context Protocol) on stdin and stdout. */
export async function mcp(context: CommandContext, options: ReadOptions): Promise<ExitCode> {
  const { serveMcp } = await import('../mcp/serve-mcp.js');
  const server = await serveMcp(openApi(context, options), context.clock, readVersion());
  await once(context.input, 'close');
  await server.close();
  return EXIT.completed;
}
