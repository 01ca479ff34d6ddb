/** Zeroed memory, aligned to 16 bytes. It is freed with the whole module instance. */
export function allocate(bytes: usize): usize {
  const address = heap.alloc(bytes);
  memory.fill(address, 0, bytes);
  return address;
}

/** The next multiple of 4: vectors have four numbers. */
export function padded(count: i32): i32 {
  return (count + 3) & ~3;
}
