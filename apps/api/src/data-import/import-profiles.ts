import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  KtrdrError,
  PROFILE_NAME_PATTERN,
  shown,
  storageError,
  type ImportChoices,
  type ImportProfile,
} from '@ktrdr/contracts';
import { parseBoundedJson, RefusedFileError, withOutsideFile } from '@ktrdr/files';
import { checkedChoices } from './checked-choices.js';

const ENDING = '.json';
const MOST_BYTES = 1_000_000;
const LIMITS = { depth: 4, values: 100_000 };

/** Choices of imports that were kept under a name: `{dataDir}/.profiles/{name}.json`. */
export class ImportProfiles {
  private readonly directory: string;
  private number = 0;

  constructor(dataDir: string) {
    this.directory = resolve(dataDir, '.profiles');
  }

  /** In order of their names. A file that is not a profile is left out. */
  async list(): Promise<ImportProfile[]> {
    const files = await readdir(this.directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw storageError(error, 'listing the profiles', 'DATA_DIR');
    });
    const names = files.filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length));
    const profiles: ImportProfile[] = [];
    for (const name of names.filter((one) => PROFILE_NAME_PATTERN.test(one)).toSorted()) {
      const choices = await this.find(name).catch((error: unknown) => {
        if (error instanceof KtrdrError) return null;
        throw error;
      });
      if (choices !== null) profiles.push({ name, choices });
    }
    return profiles;
  }

  /** @throws KtrdrError `profile_not_found`, `invalid_name`; `invalid_request` for a file that somebody has damaged */
  async find(name: string): Promise<ImportChoices> {
    const path = fileOf(name);
    let content: Buffer;
    try {
      content = await withOutsideFile(this.directory, path, { maxBytes: MOST_BYTES }, (file) =>
        file.content(),
      );
    } catch (cause) {
      if (!(cause instanceof RefusedFileError)) throw cause;
      throw new KtrdrError(
        'profile_not_found',
        `There is no profile ${shown(name)}. List the profiles: ktrdr data profiles`,
        {
          cause,
        },
      );
    }
    try {
      return checkedChoices(parseBoundedJson(content, LIMITS) as ImportChoices);
    } catch (cause) {
      const message = `The profile ${shown(name)} is damaged (${(cause as Error).message}). Save it again: ktrdr data import FILE --save-profile ${name}`;
      throw new KtrdrError('invalid_request', message, { cause });
    }
  }

  /** Keeps choices; a profile of this name is replaced. @throws KtrdrError `invalid_name`, `disk_full`, `storage_failed` */
  async keep(name: string, choices: ImportChoices): Promise<ImportProfile> {
    const file = join(this.directory, fileOf(name));
    const temporary = `${file}.${process.pid}-${(this.number += 1)}.tmp`;
    try {
      await mkdir(this.directory, { recursive: true });
      await writeFile(temporary, `${JSON.stringify(choices, null, 2)}\n`, { flag: 'wx' });
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw storageError(error, `saving the profile ${name}`, 'DATA_DIR');
    }
    return { name, choices };
  }

  /** @throws KtrdrError `profile_not_found`, `invalid_name`, `storage_failed` */
  async remove(name: string): Promise<void> {
    try {
      await rm(join(this.directory, fileOf(name)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') await this.find(name);
      throw storageError(error, `removing the profile ${name}`, 'DATA_DIR');
    }
  }
}

/** @throws KtrdrError `invalid_name` */
function fileOf(name: string): string {
  if (PROFILE_NAME_PATTERN.test(name)) return name + ENDING;
  throw new KtrdrError(
    'invalid_name',
    `${shown(name)} is not a profile name: it must have 1 to 64 letters, digits, ".", "_" or "-", starting with a letter or digit.`,
    { details: { field: 'profile', value: name.slice(0, 64) } },
  );
}
