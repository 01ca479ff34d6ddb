/** Markdown to HTML without inline styles or scripts, because the content policy of the API allows neither. */
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import diff from 'highlight.js/lib/languages/diff';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import yaml from 'highlight.js/lib/languages/yaml';
import MarkdownIt from 'markdown-it';

const LANGUAGES = {
  bash,
  csharp,
  diff,
  javascript,
  js: javascript,
  json,
  python,
  typescript,
  ts: typescript,
  yaml,
  mql5: cpp,
};
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);
/** Names of languages as the page shows them. */
const TITLES = {
  bash: 'Terminal',
  csharp: 'C#',
  js: 'JavaScript',
  json: 'JSON',
  mql5: 'MQL5',
  python: 'Python',
  ts: 'TypeScript',
  yaml: 'YAML',
  csv: 'CSV',
};

const markdown = new MarkdownIt({ html: false, linkify: false });

/** @returns the anchor that code hosts give to a heading with this text */
export function slugOf(text) {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/**
 * A parsed page: its tokens with anchors, its headings, and the sections of its text for the search.
 * @throws Error if the page has no title
 */
export function parsePage(text) {
  const tokens = markdown.parse(text, {});
  const headings = [];
  const taken = new Map();
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue;
    const title = plainText(tokens[index + 1]);
    const slug = slugOf(title);
    const count = taken.get(slug) ?? 0;
    taken.set(slug, count + 1);
    const id = count === 0 ? slug : `${slug}-${count}`;
    token.attrSet('id', id);
    headings.push({ level: Number(token.tag.slice(1)), title, id });
  }
  if (headings[0]?.level !== 1) throw new Error('a page begins with a heading of level 1, its title');
  return { tokens, headings, title: headings[0].title, sections: sectionsOf(tokens) };
}

/**
 * @param page what `parsePage` returned
 * @param resolveLink gets the address of a link or a picture. Returns `{ href }`, with the page's `title` or the picture's `width` and
 *   `height`; or `{ source }` for a file of the repository that is not part of the site
 * @param pageOf gets inline code; returns the address of the page that it names, or null
 */
export function renderPage(page, { resolveLink, pageOf }) {
  for (const token of page.tokens)
    if (token.type === 'inline') linkTokens(token.children, resolveLink, pageOf);
  return markdown.renderer.render(page.tokens, markdown.options, {});
}

function linkTokens(tokens, resolveLink, pageOf) {
  const open = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'link_open') {
      const { href, source, title } = resolveLink(token.attrGet('href'));
      const text = tokens[index + 1];
      if (title !== undefined && text.type === 'text' && FILE_NAME.test(text.content)) text.content = title;
      open.push(source);
      if (source === undefined)
        token.attrs = [['href', href], ...(isExternal(href) ? [['rel', 'noopener noreferrer']] : [])];
      else
        Object.assign(token, {
          tag: 'span',
          attrs: [
            ['class', 'source-file'],
            ['title', `${source} in the repository`],
          ],
        });
    } else if (token.type === 'link_close') {
      if (open.pop() !== undefined) token.tag = 'span';
    } else if (token.type === 'image') {
      const { href, width, height } = resolveLink(token.attrGet('src'));
      token.attrs = [
        ['src', href],
        ['alt', ''],
        ['width', width],
        ['height', height],
        ['loading', 'lazy'],
      ];
    } else if (token.type === 'code_inline' && open.length === 0) {
      const href = pageOf(token.content);
      if (href !== null) token.meta = { href };
    }
  }
}

/** Texts of links that are useful beside the files only. */
const FILE_NAME = /^[\w./-]+\.md$/;

const isExternal = (href) => /^https?:/.test(href);
const escape = markdown.utils.escapeHtml;

const { rules } = markdown.renderer;

rules.heading_open = (tokens, index) => {
  const { tag } = tokens[index];
  return `<${tag} id="${escape(tokens[index].attrGet('id'))}">`;
};
rules.heading_close = (tokens, index) => {
  const { tag } = tokens[index];
  const open = tokens[index - 2];
  const anchor = `<a class="anchor" href="#${escape(open.attrGet('id'))}" aria-label="Link to this section">#</a>`;
  return `${tag === 'h1' ? '' : ` ${anchor}`}</${tag}>\n`;
};
rules.table_open = () => '<div class="table"><table>\n';
rules.table_close = () => '</table></div>\n';
// markdown-it aligns with a style attribute. A corner without a name heads no column.
for (const name of ['th', 'td']) {
  const isCorner = (content) => name === 'th' && content.content === '';
  rules[`${name}_open`] = (tokens, index) => {
    const [, alignment] = /text-align:(\w+)/.exec(tokens[index].attrGet('style') ?? '') ?? [];
    const attributes = alignment === undefined ? '' : ` class="${alignment}"`;
    if (isCorner(tokens[index + 1])) return `<td${attributes}>`;
    return `<${name}${name === 'th' ? ' scope="col"' : ''}${attributes}>`;
  };
  rules[`${name}_close`] = (tokens, index) => (isCorner(tokens[index - 1]) ? '</td>\n' : `</${name}>\n`);
}
rules.code_inline = (tokens, index) => {
  const { content, meta } = tokens[index];
  const code = `<code>${escape(content)}</code>`;
  return meta?.href === undefined ? code : `<a href="${escape(meta.href)}">${code}</a>`;
};
rules.fence = (tokens, index) => {
  const { info, content } = tokens[index];
  const [language = '', ...words] = info.trim().split(/\s+/);
  const code = hljs.getLanguage(language) ? hljs.highlight(content, { language }).value : escape(content);
  const labels = [TITLES[language], words.includes('not-run') ? NOT_RUN : undefined].filter(Boolean);
  const caption =
    labels.length === 0
      ? ''
      : `<figcaption>${labels.map((label) => `<span>${label}</span>`).join('')}</figcaption>`;
  return `<figure class="code">${caption}<pre><code>${code}</code></pre></figure>\n`;
};
const NOT_RUN = 'No test runs this block.';

/** The text of an inline token as a reader sees it. */
function plainText(token) {
  return (token.children ?? [])
    .map(({ type, content }) =>
      type === 'softbreak' || type === 'hardbreak' ? ' ' : type === 'image' ? '' : content,
    )
    .join('');
}

/** The page's text in the parts that a search finds: one for each heading of level 1 to 3. */
function sectionsOf(tokens) {
  const sections = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open' && Number(token.tag.slice(1)) <= 3) {
      sections.push({
        id: token.attrGet('id'),
        title: plainText(tokens[index + 1]),
        level: Number(token.tag.slice(1)),
        parts: [],
      });
    } else if (token.type === 'inline' && tokens[index - 1].type !== 'heading_open')
      sections.at(-1)?.parts.push(plainText(token));
    else if (token.type === 'fence') sections.at(-1)?.parts.push(token.content);
  }
  return sections.map(({ parts, ...section }) => ({
    ...section,
    text: parts.join(' ').replaceAll(/\s+/g, ' '),
  }));
}
