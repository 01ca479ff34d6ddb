import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseJson, readText } from './api-answer.js';
import { ApiUnreachableError, CliError } from './cli-error.js';
import { EXIT } from './exit-code.js';
import type { HttpClient } from './http-client.js';

/** A file to send, and its size. */
export interface UploadSource {
  path: string;
  bytes: number;
}

/**
 * Sends a file as the body of a `POST`.
 *
 * @param onBytes called with the number of bytes that were sent
 * @throws CliError if the file cannot be read
 */
export async function sendFile<T>(
  http: HttpClient,
  path: string,
  query: object,
  file: UploadSource,
  onBytes: (sent: number) => void,
): Promise<T> {
  let problem: Error | null = null;
  const content = (): Readable => {
    let sent = 0;
    const counter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        onBytes((sent += chunk.length));
        done(null, chunk);
      },
    });
    const source = createReadStream(file.path, { end: Math.max(0, file.bytes - 1) });
    source.once('error', (error) => {
      problem = error;
      counter.destroy(error);
    });
    return source.pipe(counter);
  };
  try {
    return await http.request<T>({
      method: 'POST',
      url: path,
      params: query,
      content,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(file.bytes) },
      // the API ends an upload that is too slow
      timeout: 0,
    });
  } catch (error) {
    const cause = problem as Error | null;
    if (cause === null) throw error;
    throw new CliError(`${file.path} cannot be read: ${cause.message}`, EXIT.failed, { cause });
  }
}

/**
 * Stores a response as a file. If that fails, there is no file.
 *
 * @throws CliError if the file cannot be written
 */
export async function storeFile(http: HttpClient, path: string, file: string, query: object): Promise<void> {
  const response = await http.send({ method: 'GET', url: path, params: query, responseType: 'stream' });
  const stream = response.data as Readable;
  if (response.status !== 200) {
    http.data(response.status, parseJson(await readText(stream)), response);
  }
  const target = await open(file, 'w').catch((error: Error) => {
    stream.destroy();
    throw new CliError(`${file} cannot be written: ${error.message}`, EXIT.failed, { cause: error });
  });
  try {
    await pipeline(stream, target.createWriteStream());
  } catch (error) {
    await rm(file, { force: true });
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall !== 'write') throw new ApiUnreachableError(http.baseUrl, error);
    throw new CliError(`${file} cannot be written: ${message}`, EXIT.failed, { cause: error });
  }
}
