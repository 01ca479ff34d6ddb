/** The site's script: search, copy buttons, the choice of the theme. Without it, all pages can still be read. */
import { addCopyButtons } from './copy-buttons.js';
import { startSearch } from './search.js';
import { startThemeButton } from './theme-button.js';

const root = new URL(document.documentElement.dataset.root, location.href);
startSearch(root);
addCopyButtons();
startThemeButton();

// A wide table or block scrolls on its own: the keyboard must reach it.
for (const box of document.querySelectorAll('.table, .code pre'))
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', box.tagName === 'PRE' ? 'Code' : 'Table');
  }

// The list of pages is longer than the screen: show where the reader is.
const list = document.querySelector('.pages');
const here = list.querySelector('[aria-current]');
if (here !== null) list.scrollTop = here.offsetTop - list.clientHeight / 2;

// On a narrow screen, the list of pages is closed at first.
if (matchMedia('(max-width: 52rem)').matches) document.querySelector('.pages details').open = false;
