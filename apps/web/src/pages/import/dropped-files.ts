import { IMPORT_FILE_ENDING } from '@ktrdr/contracts';

/** Files of a drop. A folder stands for the files of bars in it, as on the command line. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<File[]> {
  // the entries must be taken before the first wait: the browser empties the transfer after the event
  const entries = [...items].map((item) => item.webkitGetAsEntry());
  if (entries.every((entry) => entry === null)) return [...files];
  const found = await Promise.all(entries.flatMap((entry) => (entry === null ? [] : [filesOf(entry)])));
  return found.flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await fileOf(entry as FileSystemFileEntry)];
  const children = await entriesOf((entry as FileSystemDirectoryEntry).createReader());
  const files = children.filter(({ isFile, name }) => isFile && IMPORT_FILE_ENDING.test(name));
  return Promise.all(files.map((file) => fileOf(file as FileSystemFileEntry)));
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A reader gives a folder in parts; an empty part is the end. */
async function entriesOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return all;
    all.push(...part);
  }
}
