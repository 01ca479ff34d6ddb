import MiniSearch from 'minisearch';
import { SEARCH_OPTIONS } from './search-options.mjs';

const MOST_RESULTS = 12;

/**
 * The search field: `/` focuses it, the arrows go through the results, Enter opens the first or the focused one, Escape closes the list.
 * The index is a file of the site. It is loaded when the field gets the focus for the first time; the search itself needs no network.
 */
export function startSearch(root) {
  const box = document.querySelector('.search');
  const input = box.querySelector('input');
  const list = box.querySelector('ul');
  const status = box.querySelector('.status');
  let loading = null;
  let index = null;

  const load = () => {
    loading ??= readIndex(root).then(
      (read) => {
        index = read;
        show();
      },
      (error) => {
        loading = null;
        status.textContent = `The search index cannot be loaded: ${error.message}`;
      },
    );
  };

  const show = () => {
    const query = input.value.trim();
    const found = query === '' || index === null ? [] : index.search(query).slice(0, MOST_RESULTS);
    list.replaceChildren(...found.map((result) => line(result, root)));
    list.hidden = found.length === 0;
    if (query === '' || index === null) status.textContent = '';
    else status.textContent = found.length === 0 ? `Nothing found for “${query}”` : `${found.length} results`;
  };

  const moveFocus = (step) => {
    const places = [input, ...list.querySelectorAll('a')];
    const next = places.indexOf(document.activeElement) + step;
    places[(next + places.length) % places.length].focus();
  };

  input.addEventListener('focus', load);
  input.addEventListener('input', show);
  box.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') moveFocus(1);
    else if (event.key === 'ArrowUp') moveFocus(-1);
    else if (event.key === 'Enter' && event.target === input) list.querySelector('a')?.click();
    else if (event.key === 'Escape') {
      if (list.hidden) input.blur();
      else input.focus();
      list.hidden = true;
    } else return;
    event.preventDefault();
  });
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.matches('input, textarea, select, [contenteditable]');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  document.addEventListener('click', (event) => {
    if (!box.contains(event.target) || list.contains(event.target)) list.hidden = true;
  });
  box.hidden = false;
}

async function readIndex(root) {
  const answer = await fetch(new URL('search.json', root));
  if (!answer.ok) throw new Error(`search.json: ${answer.status}`);
  return MiniSearch.loadJSON(await answer.text(), SEARCH_OPTIONS);
}

function line({ title, page, url, text, terms }, root) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = new URL(url, root);
  const name = document.createElement('strong');
  name.textContent = title === page ? title : `${page} › ${title}`;
  const excerpt = document.createElement('span');
  excerpt.append(...marked(around(text, terms), terms));
  link.append(name, excerpt);
  item.append(link);
  return item;
}

/** The part of the text around the first found word. */
function around(text, terms) {
  const lower = text.toLowerCase();
  const places = terms.map((term) => lower.indexOf(term)).filter((place) => place >= 0);
  const start = Math.max(0, Math.min(...places, text.length) - 50);
  const begin = places.length === 0 || start === 0 ? 0 : text.indexOf(' ', start) + 1;
  return `${begin > 0 ? '… ' : ''}${text.slice(begin, begin + 150)}`;
}

function marked(text, terms) {
  const words = terms.map((term) => term.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).filter(Boolean);
  if (words.length === 0) return [text];
  return text.split(new RegExp(`(${words.join('|')})`, 'iu')).map((part, at) => {
    if (at % 2 === 0) return part;
    const mark = document.createElement('mark');
    mark.textContent = part;
    return mark;
  });
}
