/** Splits a stream of server-sent events (HTML standard, section 9.2) into its events. Comments and ids are left out. */
export class EventParser {
  private rest = '';
  private type = '';
  private data: string[] = [];

  /** @param received gets each whole event */
  constructor(private readonly received: (type: string, data: string) => void) {}

  /** @param text the next part of the stream; it may end anywhere */
  push(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.takeLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  private takeLine(line: string): void {
    if (line === '') {
      const { type, data } = this;
      this.type = '';
      this.data = [];
      if (data.length > 0) this.received(type === '' ? 'message' : type, data.join('\n'));
      return;
    }
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === 'event') this.type = value;
    if (name === 'data') this.data.push(value);
  }
}
