/**
 * Matrix product `C = A B + start`. All distances are in bytes.
 *
 * A is read number by number, so it can have any layout: `aRow` from one row to the next, `aStep` within a row. With the two
 * exchanged it is read transposed. B and C are row-major; their rows have `columns` numbers, a multiple of 4.
 *
 * @param start row to begin with; `startRow` is the distance to the next one, 0 for the same in each row
 * @param depth columns of A, rows of B
 */
export function product(
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  start: usize,
  startRow: usize,
  c: usize,
  cRow: usize,
  rows: i32,
  columns: i32,
  depth: i32,
): void {
  const end = b + ((<usize>columns) << 2);
  // Column by column, so that the part of B in use stays in the processor's L1 cache.
  while (b < end) {
    const wide = end - b >= 32;
    let row = 0;
    let from = a;
    let first = start;
    let to = c;
    for (; row + 4 <= rows; row += 4) {
      if (wide) fourByEight(from, aRow, aStep, b, bRow, first, startRow, to, cRow, depth);
      else fourByFour(from, aRow, aStep, b, bRow, first, startRow, to, cRow, depth);
      from += aRow << 2;
      first += startRow << 2;
      to += cRow << 2;
    }
    for (; row < rows; row += 1) {
      if (wide) oneByEight(from, aStep, b, bRow, first, to, depth);
      else oneByFour(from, aStep, b, bRow, first, to, depth);
      from += aRow;
      first += startRow;
      to += cRow;
    }
    const width: usize = wide ? 32 : 16;
    b += width;
    start += width;
    c += width;
  }
}

/** Four rows and eight columns of C: eight sums in registers. */
function fourByEight(
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  start: usize,
  startRow: usize,
  c: usize,
  cRow: usize,
  depth: i32,
): void {
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let c00 = v128.load(start);
  let c01 = v128.load(start, 16);
  start += startRow;
  let c10 = v128.load(start);
  let c11 = v128.load(start, 16);
  start += startRow;
  let c20 = v128.load(start);
  let c21 = v128.load(start, 16);
  start += startRow;
  let c30 = v128.load(start);
  let c31 = v128.load(start, 16);
  for (; depth > 0; depth -= 1) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x0, b0));
    c01 = f32x4.add(c01, f32x4.mul(x0, b1));
    const x1 = v128.load32_splat(a1);
    c10 = f32x4.add(c10, f32x4.mul(x1, b0));
    c11 = f32x4.add(c11, f32x4.mul(x1, b1));
    const x2 = v128.load32_splat(a2);
    c20 = f32x4.add(c20, f32x4.mul(x2, b0));
    c21 = f32x4.add(c21, f32x4.mul(x2, b1));
    const x3 = v128.load32_splat(a3);
    c30 = f32x4.add(c30, f32x4.mul(x3, b0));
    c31 = f32x4.add(c31, f32x4.mul(x3, b1));
    a += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bRow;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += cRow;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += cRow;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

function fourByFour(
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  start: usize,
  startRow: usize,
  c: usize,
  cRow: usize,
  depth: i32,
): void {
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let c0 = v128.load(start);
  start += startRow;
  let c1 = v128.load(start);
  start += startRow;
  let c2 = v128.load(start);
  start += startRow;
  let c3 = v128.load(start);
  for (; depth > 0; depth -= 1) {
    const b0 = v128.load(b);
    c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(a), b0));
    c1 = f32x4.add(c1, f32x4.mul(v128.load32_splat(a1), b0));
    c2 = f32x4.add(c2, f32x4.mul(v128.load32_splat(a2), b0));
    c3 = f32x4.add(c3, f32x4.mul(v128.load32_splat(a3), b0));
    a += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bRow;
  }
  v128.store(c, c0);
  c += cRow;
  v128.store(c, c1);
  c += cRow;
  v128.store(c, c2);
  c += cRow;
  v128.store(c, c3);
}

function oneByEight(a: usize, aStep: usize, b: usize, bRow: usize, start: usize, c: usize, depth: i32): void {
  let c0 = v128.load(start);
  let c1 = v128.load(start, 16);
  for (; depth > 0; depth -= 1) {
    const x = v128.load32_splat(a);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load(b)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load(b, 16)));
    a += aStep;
    b += bRow;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
}

function oneByFour(a: usize, aStep: usize, b: usize, bRow: usize, start: usize, c: usize, depth: i32): void {
  let c0 = v128.load(start);
  for (; depth > 0; depth -= 1) {
    c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(a), v128.load(b)));
    a += aStep;
    b += bRow;
  }
  v128.store(c, c0);
}
