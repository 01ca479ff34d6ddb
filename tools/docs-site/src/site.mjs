/** The documentation site: pages, links between them, and the search index. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import MiniSearch from 'minisearch';
import { SEARCH_OPTIONS } from '../page/search-options.mjs';
import { CONTENTS } from './contents.mjs';
import { parsePage, renderPage } from './markdown.mjs';
import { pictureSize } from './picture-size.mjs';
import { layOut } from './layout.mjs';

/** A problem of the documents, with the file. The build shows all of them. */
export class DocumentProblems extends Error {}

/**
 * @param root the repository
 * @param contents sections with their pages
 * @param generate functions that write the generated pages, by name; each returns markdown
 * @param assets addresses of the site's styles and scripts, relative to the site's root
 * @returns files of the site by their path: pages as text, `search.json`, and `copies`, the files that the site takes from the repository
 * @throws DocumentProblems for missing files, dead links and missing anchors
 */
export function buildSite({ root, contents = CONTENTS, generate, assets }) {
  const problems = [];
  const sections = readSections(root, contents, generate, problems);
  const pages = sections.flatMap((section) => section.pages);
  const copies = new Set();
  const site = new Links(root, pages, copies, problems);
  const files = new Map();
  for (const [index, page] of pages.entries()) {
    const content = renderPage(page, site.from(page));
    const html = layOut({
      page,
      content,
      sections,
      assets,
      previous: pages[index - 1],
      next: pages[index + 1],
    });
    files.set(posix.join(page.slug, 'index.html'), html);
  }
  if (problems.length > 0) throw new DocumentProblems(problems.join('\n'));
  return { files: files.set('search.json', searchIndex(pages)), copies };
}

function readSections(root, contents, generate, problems) {
  const named = contents.flatMap(({ pages }) => pages.map(({ file }) => file));
  const others = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && !named.includes(`docs/${name}`))
    .map((name) => ({ slug: name.slice(0, -3), file: `docs/${name}` }));
  return contents.map(({ section, pages, others: takesOthers = false }) => ({
    section,
    pages: [...pages, ...(takesOthers ? others : [])].flatMap((page) => {
      const written = page.generated === undefined ? page : { ...page, file: `docs/${page.slug}.md` };
      if (page.generated === undefined && !existsSync(join(root, page.file))) {
        problems.push(`${page.file} is missing`);
        return [];
      }
      const text =
        page.generated === undefined
          ? readFileSync(join(root, page.file), 'utf8')
          : generate[page.generated]();
      return [{ ...written, ...parsed(text, written.file) }, ...pagesIn(root, page)];
    }),
  }));
}

/** Other pages of the page's folder. They have addresses, but no line of their own in the navigation. */
function pagesIn(root, { folder, file, slug }) {
  if (folder === undefined) return [];
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md') && posix.join(folder, name) !== file)
    .toSorted()
    .map((name) => {
      const path = posix.join(folder, name);
      return {
        slug: posix.join(slug, name.slice(0, -3)),
        file: path,
        parent: slug,
        ...parsed(readFileSync(join(root, path), 'utf8'), path),
      };
    });
}

function parsed(text, file) {
  try {
    return parsePage(text);
  } catch (error) {
    throw new DocumentProblems(`${file}: ${error.message}`, { cause: error });
  }
}

class Links {
  constructor(root, pages, copies, problems) {
    this.root = root;
    this.byFile = new Map(pages.map((page) => [page.file, page]));
    this.bySlug = new Map(pages.map((page) => [page.slug, page]));
    this.copies = copies;
    this.problems = problems;
  }

  /** What the links of one page lead to. */
  from(page) {
    const up = '../'.repeat(page.slug === '' ? 0 : page.slug.split('/').length) || './';
    return {
      resolveLink: (link) => {
        if (/^[a-z]+:/.test(link)) return { href: link };
        const [path, anchor] = decodeURI(link).split('#');
        const file = path === '' ? page.file : posix.join(posix.dirname(page.file), path);
        const target = this.byFile.get(file);
        if (target !== undefined) {
          const href = this.pageAddress(up, target, anchor, `${page.file}: ${link}`, target === page);
          return { href, title: target.title };
        }
        if (file.startsWith('docs/') && /\.(svg|png|csv)$/.test(file) && existsSync(join(this.root, file))) {
          this.copies.add(file);
          return { href: up + posix.relative('docs', file), ...pictureSize(join(this.root, file)) };
        }
        // a container's build has no tests and no tools: documentation.test.ts checks that such files exist
        if (!file.startsWith('docs/') && !file.endsWith('.md')) return { source: file };
        if (existsSync(join(this.root, file))) return { source: file };
        this.problems.push(`${page.file}: the link ${link} leads to nothing`);
        return { href: link };
      },
      pageOf: (code) => {
        const [, slug, anchor] = /^\/docs\/([\w/-]*?)\/?(?:#([\w-]+))?$/.exec(code) ?? [];
        if (slug === undefined) return null;
        const target = this.bySlug.get(slug);
        if (target === undefined) {
          this.problems.push(`${page.file}: there is no page ${code}`);
          return null;
        }
        return this.pageAddress(up, target, anchor, `${page.file}: ${code}`, target === page);
      },
    };
  }

  pageAddress(up, target, anchor, where, isSame) {
    if (anchor !== undefined && !target.headings.some(({ id }) => id === anchor))
      this.problems.push(`${where} leads to no heading of ${target.file}`);
    const address =
      isSame && anchor !== undefined ? '' : `${up}${target.slug}${target.slug === '' ? '' : '/'}`;
    return anchor === undefined ? address : `${address}#${anchor}`;
  }
}

function searchIndex(pages) {
  const index = new MiniSearch(SEARCH_OPTIONS);
  let id = 0;
  for (const page of pages)
    for (const section of page.sections) {
      const address = page.slug === '' ? '' : `${page.slug}/`;
      const url = section.level === 1 ? address : `${address}#${section.id}`;
      index.add({ id: (id += 1), title: section.title, page: page.title, url, text: section.text });
    }
  return JSON.stringify(index);
}
