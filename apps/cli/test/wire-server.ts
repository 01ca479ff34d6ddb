/**
 * A small HTTP server with the API's wire format, for tests of the CLI's own behaviour: what it draws, how it follows
 * broken streams, how it ends. It runs no operation; a test sets the state of each operation.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  EMPTY_PROGRESS_CONTEXT,
  isTerminalStatus,
  type Operation,
  type OperationProgress,
} from '@ktrdr/contracts';

export const STARTED_AT = '2026-11-23T10:15:00.000Z';

export function progress(change: Partial<OperationProgress> = {}): OperationProgress {
  return {
    percentage: 0,
    current_step: null,
    steps_completed: null,
    steps_total: null,
    items_processed: null,
    items_total: null,
    current_item: null,
    started_at: STARTED_AT,
    eta_seconds: null,
    context: { ...EMPTY_PROGRESS_CONTEXT },
    ...change,
  };
}

export function operation(change: Partial<Operation> = {}): Operation {
  return {
    operation_id: 'op_dummy_20261123T101500_k3f9',
    operation_type: 'dummy',
    status: 'running',
    attempt: 1,
    resumable: false,
    created_at: STARTED_AT,
    started_at: STARTED_AT,
    completed_at: null,
    progress: progress(),
    metadata: {
      parameters: {},
    },
    cancel_requested_at: null,
    cancel_reason: null,
    error: null,
    warnings: [],
    result: null,
    ...change,
  };
}

export interface WireRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  lastEventId: string | undefined;
}

type Answer = {
  status?: number;
  data?: unknown;
  error?: { code: string; message: string; details?: unknown };
};

export class WireServer {
  readonly requests: WireRequest[] = [];
  /** Responses by `METHOD /path`. They take precedence over those of the operations. */
  readonly answers = new Map<string, (request: WireRequest) => Answer | Promise<Answer>>();
  private readonly operations = new Map<string, Operation>();
  private readonly listeners = new Map<string, Set<ServerResponse>>();
  private readonly server: Server = createServer((request, response) => void this.handle(request, response));
  private boundPort = 0;

  static async start(): Promise<WireServer> {
    const server = new WireServer();
    await server.listen();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.boundPort}`;
  }

  get port(): number {
    return this.boundPort;
  }

  /** Starts listening; after `close`, on the same port again. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.boundPort, '127.0.0.1', resolve));
    // on a loaded machine a test may pause for longer than the default of 5 s
    this.server.keepAliveTimeout = 0;
    this.boundPort = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Stores an operation and sends it to its followers. */
  set(changed: Operation): Operation {
    this.operations.set(changed.operation_id, changed);
    for (const listener of this.listeners.get(changed.operation_id) ?? []) sendEvent(listener, changed);
    return changed;
  }

  change(id: string, change: Partial<Operation>): Operation {
    const known = this.operations.get(id);
    if (known === undefined) throw new Error(`no operation ${id}`);
    return this.set({ ...known, ...change });
  }

  forget(id: string): void {
    this.operations.delete(id);
  }

  /** Closes every event stream, like a network failure. */
  cutStreams(): void {
    for (const listeners of this.listeners.values()) for (const response of listeners) response.destroy();
  }

  get streams(): number {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://wire');
    const received: WireRequest = {
      method: request.method ?? '',
      path: pathname,
      query: Object.fromEntries(searchParams),
      body: bodyOf(request, text),
      lastEventId: request.headers['last-event-id'] as string | undefined,
    };
    this.requests.push(received);
    const answer = this.answers.get(`${received.method} ${received.path}`);
    if (answer !== undefined) {
      send(response, await answer(received));
      return;
    }
    const [, , id = '', action = ''] = pathname.split('/');
    const known = this.operations.get(id);
    if (known === undefined) {
      send(response, { status: 404, error: { code: 'operation_not_found', message: `There is no ${id}.` } });
    } else if (action === 'events') {
      this.streamTo(response, known);
    } else if (action === 'history') {
      const { attempt, status, created_at: at } = known;
      send(response, { data: { operation_id: id, history: [{ at, attempt, status, cause: null }] } });
    } else if (action === 'cancel') {
      this.change(id, { status: 'cancelling' });
      send(response, { data: { operation_id: id, status: 'cancelling', message: 'asked' } });
    } else {
      send(response, { data: known });
    }
  }

  private streamTo(response: ServerResponse, known: Operation): void {
    const listeners = this.listeners.get(known.operation_id) ?? new Set();
    this.listeners.set(known.operation_id, listeners.add(response));
    response.once('close', () => listeners.delete(response));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    sendEvent(response, known);
  }
}

/** A file stays text. */
function bodyOf({ headers }: IncomingMessage, text: string): unknown {
  if (text === '' || headers['content-type'] === 'application/octet-stream') return text || undefined;
  return JSON.parse(text) as unknown;
}

function sendEvent(response: ServerResponse, changed: Operation): void {
  response.write(`id: ${changed.progress.percentage}\nevent: progress\ndata: ${JSON.stringify(changed)}\n\n`);
  if (isTerminalStatus(changed.status)) response.end();
}

function send(response: ServerResponse, { status = 200, data, error }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(error === undefined ? { success: true, data } : { success: false, error }));
}
