import type { BigIntStats } from 'node:fs';

/** Tells one state of a file from another without reading the file. */
export interface FileIdentity {
  /** Device and inode: `2049-131`. It stays when the content changes. */
  place: string;
  /** Changes when the file is written, replaced, linked or moved. */
  version: string;
  /** Time of the last change, by the clock of the file system, ms since 1970. */
  changedAt: number;
  /** Time of the last change of the content, ms since 1970. Programs can set it. */
  modifiedAt: number;
}

/** @param stats from `lstat` or `stat` with `bigint: true` */
export function fileIdentity({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileIdentity {
  const place = `${dev}-${ino}`;
  const changedNs = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
  return {
    place,
    version: `${place}-${size}-${mtimeNs}-${ctimeNs}`,
    changedAt: Number(changedNs) / 1e6,
    modifiedAt: Number(mtimeNs) / 1e6,
  };
}
