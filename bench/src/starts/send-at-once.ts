import { connect } from 'node:net';

/** A request to send. */
export interface Post {
  url: string;
  body: object;
}

/**
 * Sends all requests at once, each on a new connection. Plain sockets: a client's own work would take as long as
 * the service's.
 *
 * @returns how long each answer took, from connecting to its first bytes, ms
 * @throws Error unless the status of each answer is 200
 */
export function sendAtOnce(posts: readonly Post[]): Promise<number[]> {
  const requests = posts.map(({ url, body }) => ({ url: new URL(url), bytes: bytesOf(new URL(url), body) }));
  return Promise.all(requests.map(({ url, bytes }) => sent(url, bytes)));
}

function bytesOf({ pathname, host }: URL, body: object): string {
  const text = JSON.stringify(body);
  const headers = `host: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}`;
  return `POST ${pathname} HTTP/1.1\r\n${headers}\r\nconnection: close\r\n\r\n${text}`;
}

function sent({ hostname, port }: URL, bytes: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const socket = connect(Number(port), hostname);
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('The service has closed a connection without an answer')));
    socket.once('data', (data) => {
      const ms = performance.now() - began;
      const status = data.toString('latin1', 9, 12);
      if (status === '200') resolve(ms);
      else reject(new Error(`A start was answered with ${status}: ${data.toString()}`));
    });
    socket.write(bytes);
  });
}
