/** One server-sent event. */
export interface ReadEvent {
  type: string;
  data: unknown;
}

/** Reads server-sent events until the stream ends or `close` is called. */
export class EventReader {
  readonly events: ReadEvent[] = [];
  /** Resolves when the stream has ended, in whatever way. */
  readonly ended: Promise<void>;
  private readonly controller: AbortController;

  private constructor(response: Response, controller: AbortController) {
    this.controller = controller;
    this.ended = this.read(response).catch(() => {});
  }

  /** @throws Error if the answer is not a stream */
  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const controller = new AbortController();
    const response = await fetch(url, { headers, signal: controller.signal });
    if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    return new EventReader(response, controller);
  }

  /** Data of the events of one type, oldest first. */
  of<T>(type: string): T[] {
    return this.events.filter((event) => event.type === type).map(({ data }) => data as T);
  }

  async close(): Promise<void> {
    this.controller.abort();
    await this.ended;
  }

  private async read(response: Response): Promise<void> {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const type = /^event: (.*)$/m.exec(block)?.[1];
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (type !== undefined) this.events.push({ type, data: JSON.parse(data ?? 'null') });
      }
    }
  }
}
