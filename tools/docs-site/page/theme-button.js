const NAMES = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };
const NEXT = { system: 'light', light: 'dark', dark: 'system' };

/** Lets the reader choose the theme; `system` follows the system. `theme.js` of the API's page reads the same value. */
export function startThemeButton() {
  const button = document.querySelector('button.theme');
  const { dataset } = document.documentElement;
  const show = () => (button.textContent = NAMES[dataset.theme ?? 'system']);
  button.hidden = false;
  button.addEventListener('click', () => {
    const theme = NEXT[dataset.theme ?? 'system'];
    if (theme === 'system') delete dataset.theme;
    else dataset.theme = theme;
    try {
      localStorage.setItem('ktrdr-theme', theme);
    } catch {
      // storage is blocked: the theme lasts until the next page
    }
    show();
  });
  show();
}
