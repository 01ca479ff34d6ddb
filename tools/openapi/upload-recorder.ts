import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Answer } from './api-document.js';

/** An HTTP proxy between a host and its API. It keeps the API's answers to uploads. */
export class UploadRecorder {
  /** Answers in the order of arrival, each with the path of its request. */
  readonly uploads: { path: string; answer: Answer }[] = [];
  /** How the host proved the last time that it has the delivery. */
  authorization = '';
  private readonly server: Server;

  private constructor(private readonly apiUrl: string) {
    this.server = createServer((request, response) => void this.pass(request, response));
  }

  static async open(apiUrl: string): Promise<UploadRecorder> {
    const recorder = new UploadRecorder(apiUrl);
    await new Promise<void>((resolve) => recorder.server.listen(0, '127.0.0.1', resolve));
    return recorder;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '' } = request;
    const sent = await buffer(request);
    this.authorization = request.headers.authorization ?? '';
    const answer = await fetch(this.apiUrl + path, {
      method,
      headers: {
        'content-type': request.headers['content-type'] ?? '',
        authorization: this.authorization,
      },
      body: sent.length === 0 ? undefined : new Uint8Array(sent),
    });
    const contentType = answer.headers.get('content-type') ?? '';
    const content = Buffer.from(await answer.arrayBuffer());
    if (method === 'PUT')
      this.uploads.push({ path, answer: { status: answer.status, contentType, text: content.toString() } });
    response.writeHead(answer.status, { 'content-type': contentType }).end(content);
  }
}
