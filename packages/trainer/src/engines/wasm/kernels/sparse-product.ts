import { allocate } from './memory';
import { product } from './product';

/** With fewer columns of B or numbers in a row of A, finding the zeros costs more than it saves. */
const LEAST: i32 = 32;
/** Number of rows of A whose zeros decide whether zeros are skipped. */
const SAMPLED_ROWS: i32 = 4;

/** For each set of lanes (bit 0 is lane 0), the bytes of a vector that move these lanes to its front. */
const FRONT = fronts();

/** The numbers of A other than 0, row by row, and for each the offset of the row of B that it multiplies. */
let numbers: usize = 0;
let distances: usize = 0;
/** For each row of A, the end of its part in `numbers`, as an offset from the beginning. */
let ends: usize = 0;
let reserved: i32 = 0;

/** Reserves memory for `sparseProduct` with a matrix A of up to `shorter` times `longer` numbers, whichever of the two are its rows. */
export function reserveNumbers(shorter: i32, longer: i32): void {
  if (longer <= reserved) return;
  reserved = longer;
  // a vector store can write beyond the last number
  const bytes = (<usize>shorter * <usize>longer + 4) << 2;
  numbers = allocate(bytes);
  distances = allocate(bytes);
  ends = allocate((<usize>max(shorter, longer)) << 2);
}

/**
 * Computes what `product` computes, with the same bytes while B is finite: it skips zeros of A, which change no sum. Faster if more than
 * a quarter of A is 0, as after relu and dropout, or for memberships in fuzzy sets.
 *
 * A weight or a derivative that is not finite has no effect where A is 0, so a sum can stay finite. The training still stops, at the
 * latest after the epoch, when the loop looks at all weights: the gradient of a bias skips nothing.
 */
export function sparseProduct(
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
  if (min(columns, depth) < LEAST || !collect(a, aRow, aStep, bRow, rows, depth)) {
    product(a, aRow, aStep, b, bRow, start, startRow, c, cRow, rows, columns, depth);
    return;
  }
  const columnsEnd = b + ((<usize>columns) << 2);
  // Column by column, so that the part of B in use stays in the processor's L1 cache.
  while (b < columnsEnd) {
    const left = columnsEnd - b;
    const width: usize = left >= 128 ? 128 : left >= 64 ? 64 : left >= 32 ? 32 : 16;
    let from: usize = 0;
    let first = start;
    let to = c;
    for (let row = 0; row < rows; row += 1) {
      const rowEnd = load<usize>(ends + ((<usize>row) << 2));
      const number = numbers + from;
      const end = numbers + rowEnd;
      const distance = distances + from;
      if (width == 128) byThirtyTwo(number, end, distance, b, first, to);
      else if (width == 64) bySixteen(number, end, distance, b, first, to);
      else if (width == 32) byEight(number, end, distance, b, first, to);
      else byFour(number, end, distance, b, first, to);
      from = rowEnd;
      first += startRow;
      to += cRow;
    }
    b += width;
    start += width;
    c += width;
  }
}

/** Fills `numbers`, `distances` and `ends`. @returns false, and stops, if too few numbers of the first rows are 0 */
function collect(a: usize, aRow: usize, aStep: usize, bRow: usize, rows: i32, depth: i32): bool {
  const zero = f32x4.splat(0);
  const first = i32x4(0, <i32>bRow, <i32>(bRow * 2), <i32>(bRow * 3));
  const next = i32x4.splat(<i32>(bRow * 4));
  const toNumbers = numbers;
  const toDistances = distances;
  let to: usize = 0;
  for (let row = 0; row < rows; row += 1) {
    let from = a;
    let distance = first;
    let left = depth;
    for (; left >= 4; left -= 4) {
      const four = aStep == 4 ? v128.load(from) : loadFour(from, aStep);
      // NaN differs from 0, so it stays.
      const lanes = i32x4.bitmask(f32x4.ne(four, zero));
      const front = v128.load(FRONT + ((<usize>lanes) << 4));
      v128.store(toNumbers + to, v128.swizzle(four, front));
      v128.store(toDistances + to, v128.swizzle(distance, front));
      to += (<usize>popcnt(lanes)) << 2;
      from += aStep << 2;
      distance = i32x4.add(distance, next);
    }
    let at = i32x4.extract_lane(distance, 0);
    for (; left > 0; left -= 1) {
      const number = load<f32>(from);
      store<f32>(toNumbers + to, number);
      store<i32>(toDistances + to, at);
      to += (<usize>(number != 0)) << 2;
      from += aStep;
      at += <i32>bRow;
    }
    store<usize>(ends + ((<usize>row) << 2), to);
    if (row == SAMPLED_ROWS - 1 && to > <usize>(SAMPLED_ROWS * depth) * 3) return false;
    a += aRow;
  }
  return true;
}

function loadFour(from: usize, step: usize): v128 {
  let four = v128.load32_zero(from);
  four = v128.load32_lane(from + step, four, 1);
  four = v128.load32_lane(from + step * 2, four, 2);
  return v128.load32_lane(from + step * 3, four, 3);
}

function fronts(): usize {
  const table = allocate(256);
  for (let lanes = 0; lanes < 16; lanes += 1) {
    let to = table + ((<usize>lanes) << 4);
    for (let lane = 0; lane < 4; lane += 1) {
      if (((lanes >> lane) & 1) == 0) continue;
      for (let byte = 0; byte < 4; byte += 1) store<u8>(to + byte, <u8>(lane * 4 + byte));
      to += 4;
    }
  }
  return table;
}

/** 32 numbers of a row of C: eight sums in registers. */
function byThirtyTwo(number: usize, end: usize, distance: usize, b: usize, start: usize, c: usize): void {
  let c0 = v128.load(start);
  let c1 = v128.load(start, 16);
  let c2 = v128.load(start, 32);
  let c3 = v128.load(start, 48);
  let c4 = v128.load(start, 64);
  let c5 = v128.load(start, 80);
  let c6 = v128.load(start, 96);
  let c7 = v128.load(start, 112);
  for (; number < end; number += 4, distance += 4) {
    const x = v128.load32_splat(number);
    const from = b + <usize>load<u32>(distance);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load(from)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load(from, 16)));
    c2 = f32x4.add(c2, f32x4.mul(x, v128.load(from, 32)));
    c3 = f32x4.add(c3, f32x4.mul(x, v128.load(from, 48)));
    c4 = f32x4.add(c4, f32x4.mul(x, v128.load(from, 64)));
    c5 = f32x4.add(c5, f32x4.mul(x, v128.load(from, 80)));
    c6 = f32x4.add(c6, f32x4.mul(x, v128.load(from, 96)));
    c7 = f32x4.add(c7, f32x4.mul(x, v128.load(from, 112)));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(c, c4, 64);
  v128.store(c, c5, 80);
  v128.store(c, c6, 96);
  v128.store(c, c7, 112);
}

function bySixteen(number: usize, end: usize, distance: usize, b: usize, start: usize, c: usize): void {
  let c0 = v128.load(start);
  let c1 = v128.load(start, 16);
  let c2 = v128.load(start, 32);
  let c3 = v128.load(start, 48);
  for (; number < end; number += 4, distance += 4) {
    const x = v128.load32_splat(number);
    const from = b + <usize>load<u32>(distance);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load(from)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load(from, 16)));
    c2 = f32x4.add(c2, f32x4.mul(x, v128.load(from, 32)));
    c3 = f32x4.add(c3, f32x4.mul(x, v128.load(from, 48)));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}

function byEight(number: usize, end: usize, distance: usize, b: usize, start: usize, c: usize): void {
  let c0 = v128.load(start);
  let c1 = v128.load(start, 16);
  for (; number < end; number += 4, distance += 4) {
    const x = v128.load32_splat(number);
    const from = b + <usize>load<u32>(distance);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load(from)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load(from, 16)));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
}

function byFour(number: usize, end: usize, distance: usize, b: usize, start: usize, c: usize): void {
  let c0 = v128.load(start);
  for (; number < end; number += 4, distance += 4) {
    const x = v128.load32_splat(number);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load(b + <usize>load<u32>(distance))));
  }
  v128.store(c, c0);
}
