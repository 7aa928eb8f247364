// Before the page is drawn: the theme that was chosen earlier.
try {
  const theme = localStorage.getItem('predilect-docs-theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is denied: the theme is the system's.
}
