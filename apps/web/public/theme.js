// Runs before the first paint, so that a chosen theme does not flash. `src/shell/theme.ts` writes the value.
try {
  const theme = localStorage.getItem('ktrdr-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // storage is blocked: the theme follows the system
}
