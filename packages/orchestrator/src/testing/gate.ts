/** Holds work at a known place: the work awaits `pass()`, the test awaits `reached` and then calls `open()`. */
export class Gate {
  #reach: () => void = () => {};
  #open: () => void = () => {};
  /** Resolves when the work stands at the gate. */
  readonly reached = new Promise<void>((resolve) => (this.#reach = resolve));
  readonly #opened = new Promise<void>((resolve) => (this.#open = resolve));

  pass(): Promise<void> {
    this.#reach();
    return this.#opened;
  }

  open(): void {
    this.#open();
  }
}
