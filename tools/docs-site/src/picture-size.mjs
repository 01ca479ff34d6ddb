/** The size of a picture in pixels, so that a page does not move while its pictures load. */
import { readFileSync } from 'node:fs';

/** @returns `{ width, height }`, or nothing for another file */
export function pictureSize(file) {
  if (file.endsWith('.png')) {
    const content = readFileSync(file);
    return { width: content.readUInt32BE(16), height: content.readUInt32BE(20) };
  }
  if (!file.endsWith('.svg')) return {};
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(readFileSync(file, 'utf8')) ?? [];
  if (width === undefined) throw new Error(`${file} has no viewBox that begins with 0 0`);
  return { width, height };
}
