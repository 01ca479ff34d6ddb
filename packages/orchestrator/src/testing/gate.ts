/** Holds work at a known place: the work awaits `pass()`, the test awaits `reached` and then calls `open()`. */
export class Gate {
  private arrive: () => void = () => {};
  private letThrough: () => void = () => {};
  /** Resolves when the work has reached the gate. */
  readonly reached = new Promise<void>((resolve) => (this.arrive = resolve));
  private readonly opened = new Promise<void>((resolve) => (this.letThrough = resolve));

  pass(): Promise<void> {
    this.arrive();
    return this.opened;
  }

  open(): void {
    this.letThrough();
  }
}
