import type { ChildHandle } from './child-handle.js';

/** Time between SIGTERM and SIGKILL, ms. */
export const TERMINATE_MS = 1_000;

/** Asks the child to stop; sends SIGTERM after `graceMs`, then SIGKILL. Returns a function that cancels the pending signals. */
export function endGracefully(child: ChildHandle, graceMs: number): () => void {
  child.send({ type: 'cancel' });
  let timer = setTimeout(() => {
    child.kill('SIGTERM');
    timer = setTimeout(() => child.kill('SIGKILL'), TERMINATE_MS);
  }, graceMs);
  return () => clearTimeout(timer);
}
