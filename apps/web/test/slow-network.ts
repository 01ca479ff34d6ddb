import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A proxy that answers late: each answer of the API, and each part of a stream, waits a random time. */
export class SlowNetwork {
  private constructor(private readonly server: Server) {}

  static async start(longestMs: number): Promise<SlowNetwork> {
    const server = createServer((asked, answer) => void pass(asked, answer, longestMs));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SlowNetwork(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function pass(asked: IncomingMessage, answer: ServerResponse, longestMs: number): Promise<void> {
  const wait = (): Promise<void> => sleep(Math.random() * longestMs);
  // a browser sends the whole address to a proxy
  const forwarded = request(asked.url!, { method: asked.method!, headers: asked.headers, agent: false });
  asked.pipe(forwarded);
  answer.once('close', () => forwarded.destroy());
  try {
    const [received] = (await once(forwarded, 'response')) as [IncomingMessage];
    await wait();
    answer.writeHead(received.statusCode!, received.headers);
    const isStream = received.headers['content-type']?.startsWith('text/event-stream') === true;
    await pipeline(
      received,
      async function* (parts: AsyncIterable<Buffer>) {
        for await (const part of parts) {
          if (isStream) await wait();
          yield part;
        }
      },
      answer,
    );
  } catch {
    // the API has ended, or the page has gone on: neither gets an answer
    answer.destroy();
  }
}
