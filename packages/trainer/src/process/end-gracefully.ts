import type { ChildHandle } from './child-handle.js';

/** How long a process has between SIGTERM and SIGKILL. */
export const TERMINATE_MS = 1_000;

/** Asks the child to stop, terminates it after `graceMs`, kills it after that. The returned function calls the rest off. */
export function endGracefully(child: ChildHandle, graceMs: number): () => void {
  child.send({ type: 'cancel' });
  let timer = setTimeout(() => {
    child.kill('SIGTERM');
    timer = setTimeout(() => child.kill('SIGKILL'), TERMINATE_MS);
  }, graceMs);
  return () => clearTimeout(timer);
}
