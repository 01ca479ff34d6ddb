import {
  includesRole,
  KtrdrError,
  printable,
  type CallerInfo,
  type Clock,
  type Role,
} from '@ktrdr/contracts';
import { McpServer, type CallToolResult, type ServerContext } from '@modelcontextprotocol/server';
import { serveStdio, type StdioServerHandle } from '@modelcontextprotocol/server/stdio';
import type { ApiClient } from '../api-client.js';
import { ApiError, CliError } from '../cli-error.js';
import { CHANGE_TOOLS } from './change-tools.js';
import { OPERATION_TOOLS } from './operation-tools.js';
import { READ_TOOLS } from './read-tools.js';
import type { Tool, ToolCall } from './tool.js';
import { withTools } from './with-tools.js';

const INSTRUCTIONS =
  'ktrdr trains trading strategies. The usual way: list_bars or import_bars, strategy_schema, check_strategy, save_strategy, train_model, wait_for_operation. ' +
  'Believe the verdict of a training, not its accuracy. Every answer has the address of a page for people.';

/** All tools, regardless of the role. */
export const TOOLS: readonly Tool[] = [...READ_TOOLS, ...CHANGE_TOOLS, ...OPERATION_TOOLS];

/**
 * Serves the tools on stdin and stdout until the client closes them.
 *
 * @throws CliError if the API does not answer, or does not accept the token
 */
export async function serveMcp(api: ApiClient, clock: Clock, version: string): Promise<StdioServerHandle> {
  const { role } = await api.get<CallerInfo>('/caller');
  return serveStdio(() => createServer(api, clock, role, version));
}

function createServer(api: ApiClient, clock: Clock, role: Role, version: string): McpServer {
  const server = new McpServer(
    { name: 'ktrdr', version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  for (const tool of TOOLS.filter(({ role: needed }) => includesRole(role, needed))) {
    const { name, description, input, isDestructive } = tool;
    const annotations = {
      readOnlyHint: tool.role === 'read',
      destructiveHint: isDestructive,
      idempotentHint: tool.role === 'read',
      openWorldHint: false,
    };
    server.registerTool(name, { description, inputSchema: input, annotations }, (args, context) =>
      call(tool, args, { api, clock }, context),
    );
  }
  return server;
}

async function call(
  tool: Tool,
  args: unknown,
  { api, clock }: Pick<ToolCall, 'api' | 'clock'>,
  { mcpReq }: ServerContext,
): Promise<CallToolResult> {
  const token = mcpReq._meta?.progressToken;
  const progress = async (percentage: number, message: string): Promise<void> => {
    if (token === undefined) return;
    const params = { progressToken: token, progress: percentage, total: 100, message: printable(message) };
    await mcpReq.notify({ method: 'notifications/progress', params });
  };
  try {
    const { data, page } = await tool.run({ api, clock, signal: mcpReq.signal, progress }, args as never);
    return answer({ data, page: api.baseUrl + page });
  } catch (error) {
    if (error instanceof ApiError || error instanceof KtrdrError)
      return refusal({ code: error.code, message: withTools(error.message), details: error.details });
    if (error instanceof CliError)
      return refusal({ code: 'invalid_request', message: withTools(error.message) });
    throw error;
  }
}

function answer(content: { data: unknown; page: string }): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(content) }] };
}

/** The message says what is wrong and what to do next. */
function refusal(error: { code: string; message: string; details?: unknown }): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: JSON.stringify({ error }) }] };
}
