import { computed, signal } from '@preact/signals';

/** `system` follows the system's setting. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'ktrdr-theme';

export const theme = signal<Theme>(storedTheme());

const systemIsDark = signal(false);
if (typeof matchMedia === 'function') {
  const query = matchMedia('(prefers-color-scheme: dark)');
  systemIsDark.value = query.matches;
  query.addEventListener('change', ({ matches }) => {
    systemIsDark.value = matches;
  });
}

/** What is shown now: a chart on a canvas is drawn again when it changes. */
export const colorScheme = computed<'light' | 'dark'>(() =>
  theme.value === 'system' ? (systemIsDark.value ? 'dark' : 'light') : theme.value,
);

export function setTheme(next: Theme): void {
  theme.value = next;
  const { dataset } = document.documentElement;
  if (next === 'system') delete dataset.theme;
  else dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // storage is blocked: the theme lasts until the page is closed
  }
}

function storedTheme(): Theme {
  const { theme: set } = document.documentElement.dataset;
  return set === 'light' || set === 'dark' ? set : 'system';
}
