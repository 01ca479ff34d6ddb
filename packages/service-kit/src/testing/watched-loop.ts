import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** The event loop of a service in another process, which `loop-probe.ts` watches. `path` is its socket. */
export class WatchedLoop {
  constructor(private readonly path: string) {}

  /**
   * Runs `work` and measures the longest hold of the service's event loop meanwhile, ms. The first request of a kind is
   * slower, because its code is compiled then: send it once before.
   */
  async during<T>(work: () => Promise<T>): Promise<{ result: T; heldMs: number }> {
    const socket = connect({ path: this.path, allowHalfOpen: true });
    try {
      await new Promise((resolve, reject) => socket.once('readable', resolve).once('error', reject));
      socket.read();
      const result = await work();
      socket.end();
      return { result, heldMs: Number(await text(socket)) };
    } finally {
      socket.destroy();
    }
  }
}
