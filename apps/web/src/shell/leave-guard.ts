/** Looks at a step back before the router does; it can stop the event. */
type Guard = (event: PopStateEvent) => void;

let guard: Guard | null = null;

// this file is read before the router listens, so that it hears the event first: between two listeners the page is already drawn anew
addEventListener('popstate', (event) => guard?.(event));

/** @returns removes the guard */
export function guardLeaving(next: Guard): () => void {
  guard = next;
  return () => {
    if (guard === next) guard = null;
  };
}
