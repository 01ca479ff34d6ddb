import { createInterface } from 'node:readline';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '@ktrdr/service-kit/testing';

/** A message of the protocol. */
interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

/** What a tool answered. */
export interface ToolResult {
  isError: boolean;
  /** `{ data, page }`, or `{ error }`. */
  content: { data?: unknown; page?: string; error?: { code: string; message: string } };
}

/** A client of `ktrdr mcp` that speaks the protocol itself: one JSON message a line. */
export class McpClient {
  /** Calls of tools so far. */
  calls = 0;
  /** Messages of `notifications/progress`. */
  readonly progress: Record<string, unknown>[] = [];
  private lastId = 0;
  private readonly waiting = new Map<number, (message: Message) => void>();

  private constructor(private readonly child: ChildProcess) {
    createInterface({ input: child.stdout! }).on('line', (line) => this.hear(JSON.parse(line) as Message));
  }

  static async start(env: Record<string, string>): Promise<McpClient> {
    const child = spawn(process.execPath, [join(ROOT, 'apps/cli/bin/ktrdr.mjs'), 'mcp'], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const client = new McpClient(child);
    await client.request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    });
    client.send({ method: 'notifications/initialized' });
    return client;
  }

  async request(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = (this.lastId += 1);
    const answered = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
    this.send({ id, method, params });
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  async call(name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
    this.calls += 1;
    const params = { name, arguments: args, _meta: { progressToken: `call-${this.calls}` } };
    const result = await this.request('tools/call', params);
    const [part] = result['content'] as { text: string }[];
    return {
      isError: result['isError'] === true,
      content: JSON.parse(part!.text) as ToolResult['content'],
    };
  }

  /** Calls a tool and cancels the call at once, so its answer is dropped. */
  callAndCancel(name: string, args: Record<string, unknown>): void {
    const id = (this.lastId += 1);
    this.send({ id, method: 'tools/call', params: { name, arguments: args } });
    this.send({ method: 'notifications/cancelled', params: { requestId: id, reason: 'enough' } });
  }

  /** Closes its input, which ends the server. @returns its exit code */
  async stop(): Promise<number | null> {
    const ended = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.stdin!.end();
    return (await ended)[0];
  }

  private send(message: object): void {
    this.child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  private hear(message: Message): void {
    if (message.method === 'notifications/progress') this.progress.push(message.params ?? {});
    if (message.id !== undefined) this.waiting.get(message.id)?.(message);
  }
}
