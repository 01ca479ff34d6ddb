/** The frame around a page: header with search, navigation, table of contents, previous and next page. */

const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** @returns the page's HTML. All addresses are relative, so that the site also works below another path. */
export function layOut({ page, content, sections, assets, previous, next }) {
  const up = '../'.repeat(page.slug === '' ? 0 : page.slug.split('/').length) || './';
  const [{ text = '' } = {}] = page.sections;
  return `<!doctype html>
<html lang="en" data-root="${up}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(page.title)} · ktrdr documentation</title>
<meta name="description" content="${escape(shortened(text))}">
<link rel="icon" href="${up}${assets.icon}">
<link rel="stylesheet" href="${up}${assets.style}">
<script src="${up}${assets.theme}"></script>
<script type="module" src="${up}${assets.script}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<a class="name" href="${up}">ktrdr <span>documentation</span></a>
<search class="search" hidden>
<input type="search" id="search" placeholder="Search" aria-label="Search the documentation" autocomplete="off" spellcheck="false">
<kbd aria-hidden="true">/</kbd>
<ul aria-label="Results" hidden></ul>
<p class="status" role="status"></p>
</search>
<button type="button" class="theme" hidden>Theme</button>
<a class="app" href="/">Open ktrdr</a>
</header>
<div class="frame">
<nav class="pages" aria-label="Pages"><details open><summary>Pages</summary>
${sections.map((section) => navigation(section, page, up)).join('\n')}
</details></nav>
<main id="content" tabindex="-1">
<article>
${content}</article>
<nav class="neighbours" aria-label="Next and previous page">${neighbour('prev', 'Previous', previous, up)}${neighbour('next', 'Next', next, up)}</nav>
</main>
${contents(page)}
</div>
</body>
</html>
`;
}

function navigation({ section, pages }, current, up) {
  const lines = pages
    .filter(({ parent }) => parent === undefined)
    .map((page) => {
      const here =
        page === current
          ? ' aria-current="page"'
          : current.parent === page.slug
            ? ' aria-current="true"'
            : '';
      return `<li><a href="${up}${address(page)}"${here}>${escape(page.name ?? page.title)}</a></li>`;
    });
  return `<h2>${section}</h2><ul>${lines.join('')}</ul>`;
}

function contents({ headings }) {
  const shown = headings.filter(({ level }) => level === 2 || level === 3);
  if (shown.length < 2) return '';
  const lines = shown.map(
    ({ level, title, id }) => `<li class="level-${level}"><a href="#${escape(id)}">${escape(title)}</a></li>`,
  );
  return `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${lines.join('')}</ul></nav>`;
}

function neighbour(rel, label, page, up) {
  if (page === undefined) return '';
  return `<a class="${rel}" rel="${rel}" href="${up}${address(page)}"><span>${label}</span> ${escape(page.title)}</a>`;
}

const address = ({ slug }) => (slug === '' ? '' : `${slug}/`);

function shortened(text) {
  return text.length <= 160 ? text : `${text.slice(0, 160).replace(/\s+\S*$/, '')} …`;
}
