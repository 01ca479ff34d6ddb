import type { Clock, Role } from '@ktrdr/contracts';
import type * as z from 'zod';
import type { ApiClient } from '../api-client.js';

/** What a tool gets for one call. */
export interface ToolCall {
  api: ApiClient;
  clock: Clock;
  /** Fires when the client cancels the call. */
  signal: AbortSignal;
  /** Tells the client how far the call is. Does nothing if the client does not ask for it. */
  progress: (percentage: number, message: string) => Promise<void>;
}

/** The answer of a tool. */
export interface ToolAnswer {
  data: unknown;
  /** Path of the page that shows it: `/app/operations/op_...`. */
  page: string;
}

/** One tool of `ktrdr mcp`. */
export interface Tool {
  name: string;
  description: string;
  /** A caller with a lower role does not see the tool. */
  role: Role;
  /** True if it may replace or end something that exists. */
  isDestructive: boolean;
  input: z.ZodObject;
  run: (call: ToolCall, args: never) => Promise<ToolAnswer>;
}

/** Declares a tool with typed arguments. */
export function defineTool<S extends z.ZodObject>(
  tool: Omit<Tool, 'input' | 'run'> & {
    input: S;
    run: (call: ToolCall, args: z.output<S>) => Promise<ToolAnswer>;
  },
): Tool {
  return tool;
}
