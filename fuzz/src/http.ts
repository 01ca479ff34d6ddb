import { Agent, request } from 'node:http';

/** A request that is sent unchanged; `fetch` would correct its path and headers. */
export interface SentRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string | string[]>;
  body: string | Buffer | null;
}

export interface ReceivedAnswer {
  status: number;
  type: string;
  text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const PATIENCE_MS = 20_000;
/** An event stream does not end; its first part is enough. */
const STREAM_MS = 30;

export function send(url: string, { method, path, headers, body }: SentRequest): Promise<ReceivedAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent, timeout: PATIENCE_MS }, (answer) => {
      const chunks: Buffer[] = [];
      const type = String(answer.headers['content-type'] ?? '');
      const end = (): void =>
        resolve({ status: answer.statusCode ?? 0, type, text: Buffer.concat(chunks).toString('utf8') });
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('end', end);
      answer.once('error', reject);
      if (type.startsWith('text/event-stream'))
        setTimeout(() => {
          end();
          sent.destroy();
        }, STREAM_MS);
    });
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    sent.once('error', reject);
    sent.end(body ?? undefined);
  });
}
