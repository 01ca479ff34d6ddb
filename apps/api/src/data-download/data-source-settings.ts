import { readFileSync } from 'node:fs';
import { KtrdrError } from '@ktrdr/contracts';
import { readSources, type BarsSource } from '@ktrdr/data-download';

/** Where bars may be downloaded from. */
export interface DataSourceSettings {
  /** By name. */
  sources: ReadonlyMap<string, BarsSource>;
  /** Networks other than the public internet that data sources may be in. */
  privateNetworks: string[];
  /** The environment names a proxy, which downloads do not use. */
  ignoresProxy: boolean;
}

/**
 * Sources by name.
 *
 * @param names of known sources
 * @param path of a file that describes others
 * @throws KtrdrError `invalid_setting`
 */
export function readSourcesOf(
  names: readonly string[],
  path: string | null,
): ReadonlyMap<string, BarsSource> {
  return readSources(names, path === null ? null : { path, text: readText(path) });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new KtrdrError(
      'invalid_setting',
      `The setting DATA_SOURCES_FILE=${path} is not valid: the file cannot be read (${code}).`,
      { details: { name: 'DATA_SOURCES_FILE', value: path }, cause },
    );
  }
}
