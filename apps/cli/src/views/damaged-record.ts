/** A view of a record that an earlier version, or somebody else, has written: it may have any form. */
export function shownOr(view: () => string, damaged: (reason: string) => string): string {
  try {
    return view();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return damaged(error.message);
    throw error;
  }
}
