/**
 * Writes the transpose of a matrix.
 *
 * @param from `[rows, columns]`
 * @param fromRow, toRow bytes from one row to the next; `from` can be read, and `to` written, up to a multiple of 4 columns
 */
export function transpose(
  from: usize,
  fromRow: usize,
  to: usize,
  toRow: usize,
  rows: i32,
  columns: i32,
): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    let source = from;
    let target = to;
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const a = v128.load(source);
      const b = v128.load(source + fromRow);
      const c = v128.load(source + fromRow * 2);
      const d = v128.load(source + fromRow * 3);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const upperAb = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const upperCd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(target, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(target + toRow, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
      v128.store(target + toRow * 2, v128.shuffle<f32>(upperAb, upperCd, 0, 1, 4, 5));
      v128.store(target + toRow * 3, v128.shuffle<f32>(upperAb, upperCd, 2, 3, 6, 7));
      source += 16;
      target += toRow << 2;
    }
    copyTransposed(source, fromRow, target, toRow, 4, columns - column);
    from += fromRow << 2;
    to += 16;
  }
  copyTransposed(from, fromRow, to, toRow, rows - row, columns);
}

function copyTransposed(from: usize, fromRow: usize, to: usize, toRow: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row += 1) {
    let target = to + ((<usize>row) << 2);
    for (let column = 0; column < columns; column += 1) {
      store<f32>(target, load<f32>(from + ((<usize>column) << 2)));
      target += toRow;
    }
    from += fromRow;
  }
}
