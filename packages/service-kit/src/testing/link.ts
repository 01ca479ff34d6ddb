import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy between two services, which can be cut and delayed. */
export class Link {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private state: 'open' | 'cut' = 'open';
  private delayMs = 0;

  private constructor(private readonly port: number) {
    this.server = createServer((from) => this.join(from));
  }

  /** `to`: port on 127.0.0.1. */
  static async open(to: number): Promise<Link> {
    const link = new Link(to);
    await new Promise<void>((resolve) => link.server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks all connections. New ones break too until `heal`. */
  cut(): void {
    this.state = 'cut';
    for (const socket of this.sockets) socket.destroy();
  }

  delay(ms: number): void {
    this.delayMs = ms;
  }

  heal(): void {
    this.state = 'open';
    this.delayMs = 0;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(from: Socket): void {
    if (this.state === 'cut') {
      from.destroy();
      return;
    }
    const to = connect(this.port, '127.0.0.1');
    const due = new Map<Socket, number>();
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (data) => this.pass(data, other, due));
      socket.once('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }

  /** Forwards data after the delay, in the original order. */
  private pass(data: Buffer, other: Socket, due: Map<Socket, number>): void {
    const now = performance.now();
    const at = Math.max(now + this.delayMs, due.get(other) ?? 0);
    due.set(other, at);
    if (at <= now) other.write(data);
    else setTimeout(() => other.destroyed || other.write(data), at - now);
  }
}
