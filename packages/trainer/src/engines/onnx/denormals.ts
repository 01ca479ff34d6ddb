let asZero = false;

/**
 * Makes ONNX Runtime treat denormal numbers (below 1.2e-38) as 0. Late in a training, most values of the optimiser can become
 * denormal, and a processor computes with them many times slower.
 *
 * Call it at the start of a program, before the first session: ONNX Runtime switches the thread that creates it, and with it
 * all later arithmetic of JavaScript. So a library or a test must not call it.
 */
export function treatDenormalsAsZero(): void {
  asZero = true;
}

/** Whether {@link treatDenormalsAsZero} was called. */
export function denormalsAreTreatedAsZero(): boolean {
  return asZero;
}

/** Two denormal numbers, as values of a variable, so that the sum is computed when the program runs. */
const SMALLEST = Float64Array.of(Number.MIN_VALUE, Number.MIN_VALUE);

/**
 * How this thread computes: `denormals` or `zero`. A thread takes the mode of the thread that starts it on Linux, but not on every
 * system. Threads with different modes would train different bytes.
 */
export function arithmetic(): string {
  return SMALLEST[0]! + SMALLEST[1]! > 0 ? 'denormals' : 'zero';
}

/** Session options of ONNX Runtime, as chosen for this process. */
export function denormalOptions(): { extra?: Record<string, unknown> } {
  return asZero ? { extra: { session: { set_denormal_as_zero: '1' } } } : {};
}
