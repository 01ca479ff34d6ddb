import { closest } from '@ktrdr/strategy';

/** Where `not-found.html` of the web page gets its links. */
const PLACE = '%LINKS%';
/** Links of every address that is missing. */
const ALWAYS: readonly (readonly [address: string, title: string])[] = [
  ['/', 'Overview'],
  ['/docs/', 'Documentation'],
];

/** What a browser gets for an address that is missing: links to the pages with the most similar names. */
export class NotFoundPage {
  /** Addresses by the names that one may mistype: `models` is `/app/models`, `data` is `/app/data`, then `/docs/data/`. */
  private readonly pages: ReadonlyMap<string, string>;
  private readonly docs: ReadonlyMap<string, string>;

  /**
   * @param html with the place of the links
   * @param pagePaths paths of the page, such as `/models`; those with parameters are no candidates
   * @param docsFiles files of the documentation, such as `data/index.html`
   */
  constructor(
    private readonly html: string,
    pagePaths: Iterable<string>,
    docsFiles: Iterable<string>,
  ) {
    this.pages = new Map(
      [...pagePaths].filter((path) => !path.includes(':')).map((path) => [path.slice(1), `/app${path}`]),
    );
    this.docs = new Map(
      [...docsFiles]
        .map((file) => /^(.+)\/index\.html$/.exec(file)?.[1])
        .filter((name) => name !== undefined)
        .map((name) => [name, `/docs/${name}/`]),
    );
  }

  /** The page for a path, which can be anything that somebody typed. */
  write(path: string): string {
    // a regular expression would take time with the square of the number of slashes
    const parts = path.split('/').filter((part) => part !== '');
    const isDocs = parts[0] === 'docs';
    const name = (isDocs ? parts.slice(1) : parts).join('/');
    const sources = isDocs ? [this.docs] : [this.pages, this.docs];
    const nearest = sources.flatMap((names) => nearestOf(name, names));
    const links = [...nearest.map((address) => [address, address] as const), ...ALWAYS];
    const list = links.map(
      ([address, title]) => `<li><a href="${escaped(address)}">${escaped(title)}</a></li>`,
    );
    return this.html.replace(PLACE, () => list.join('\n        '));
  }
}

/** The address whose name is most like the path, or like its first part: an id can follow. */
function nearestOf(path: string, names: ReadonlyMap<string, string>): string[] {
  const name = closest(path, names.keys()) ?? closest(path.split('/', 1)[0] ?? '', names.keys());
  const address = name === null ? undefined : names.get(name);
  return address === undefined ? [] : [address];
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
