import { open, type FileHandle } from 'node:fs/promises';
import { codeOf, messageOf, storeUnavailable } from './store-errors.js';

/**
 * The file that SQLite appends each commit to (`ktrdr.db-wal`). A commit that waits for the disk holds the event loop for a millisecond or
 * more. A commit that does not wait (`synchronous = normal`) is as durable after another thread has synced this file.
 */
export class WriteAheadLog {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** @param database path of an open database, which keeps this file until it is closed */
  static async open(database: string): Promise<WriteAheadLog> {
    const path = `${database}-wal`;
    return new WriteAheadLog(path, await open(path, 'r+'));
  }

  /** Resolves when every commit so far is on the disk. @throws KtrdrError `store_unavailable` */
  async sync(): Promise<void> {
    try {
      await this.file.datasync();
    } catch (error) {
      const reason = codeOf(error) || messageOf(error);
      throw storeUnavailable(
        `${this.path} could not be written to the disk (${reason}). Check the disk for errors and free space.`,
        error,
      );
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
