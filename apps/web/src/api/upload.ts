import type { UploadedFile } from '@ktrdr/contracts';
import { unreachable } from './api-error.js';
import { routeAddress, unpacked } from './client.js';
import { ROUTES } from './routes.js';

interface UploadOptions {
  /** Called with the bytes sent so far. */
  onSent: (bytes: number) => void;
  signal: AbortSignal;
}

/**
 * Uploads a file for an import. `fetch` does not say how much it has sent, so this uses the older XMLHttpRequest.
 *
 * @throws ApiError what the API answered, or `unreachable`; the reason of `signal` if it aborts
 */
export function uploadFile(file: File, { onSent, signal }: UploadOptions): Promise<UploadedFile> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open(ROUTES.uploadFile.method, routeAddress('uploadFile', { query: { file: file.name } }));
    sending.setRequestHeader('content-type', 'application/octet-stream');
    sending.upload.addEventListener('progress', ({ loaded }) => onSent(loaded));
    sending.addEventListener('load', () => {
      try {
        resolve(unpacked(JSON.parse(sending.responseText), sending.status) as UploadedFile);
      } catch (error) {
        reject(error instanceof SyntaxError ? unreachable(error) : error);
      }
    });
    sending.addEventListener('error', () =>
      reject(unreachable(new Error('the connection was lost during the upload'))),
    );
    sending.addEventListener('abort', () => reject(signal.reason));
    signal.addEventListener('abort', () => sending.abort(), { once: true });
    sending.send(file);
  });
}
