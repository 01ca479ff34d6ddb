import type { Readable } from 'node:stream';
import { KtrdrError } from '@ktrdr/contracts';

interface Upload {
  content: Readable;
  ended: Promise<unknown>;
}

/**
 * Receives one upload of each file at a time. A newer upload ends the one before it: a host that sends a file again has given
 * the first try up, and one that sends it many times at once gains nothing.
 */
export class LatestUploads {
  private readonly running = new Map<string, Upload>();

  /**
   * @param file names what is uploaded
   * @param receive reads `content`, and leaves nothing behind if that fails
   * @throws KtrdrError `operation_conflict` if a newer upload has ended this one; what `receive` throws
   */
  async receive<T>(file: string, content: Readable, receive: (content: Readable) => Promise<T>): Promise<T> {
    // the reader of the content gets the error; while the upload waits for its turn, there is no reader
    content.on('error', () => undefined);
    const before = this.running.get(file);
    before?.content.destroy(replaced());
    const ended = (before?.ended ?? Promise.resolve()).then(() => {
      if (content.errored !== null) throw content.errored;
      return receive(content);
    });
    const upload = { content, ended: ended.catch(() => undefined) };
    this.running.set(file, upload);
    try {
      return await ended;
    } finally {
      if (this.running.get(file) === upload) this.running.delete(file);
    }
  }
}

function replaced(): KtrdrError {
  return new KtrdrError(
    'operation_conflict',
    'This upload has ended, because the host sends the same file again.',
  );
}
