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

/** Session options of ONNX Runtime, as chosen for this process. */
export function denormalOptions(): { extra?: Record<string, unknown> } {
  return asZero ? { extra: { session: { set_denormal_as_zero: '1' } } } : {};
}
