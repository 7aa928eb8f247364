// Theme, list of pages on narrow screens, copying of code, and the way into the search.

const html = document.documentElement;
const byId = (id) => document.getElementById(id);

const NEXT = { auto: 'dark', dark: 'light', light: 'auto' };
const SAID = { auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' };

const theme = byId('site-theme');
const tell = () => {
  const said = SAID[html.dataset.theme] ?? SAID.auto;
  theme.setAttribute('aria-label', said);
  theme.title = said;
};
theme.hidden = false;
tell();
theme.onclick = () => {
  html.dataset.theme = NEXT[html.dataset.theme] ?? 'auto';
  try {
    localStorage.setItem('predilect-docs-theme', html.dataset.theme);
  } catch {
    // Storage is denied: the choice lasts as long as the page.
  }
  tell();
};

const side = document.querySelector('.side details');
if (side) {
  const narrow = matchMedia('(max-width: 860px)');
  const fit = () => {
    side.open = !narrow.matches;
  };
  narrow.onchange = fit;
  fit();
}

// The list is longer than most windows: the page that is open is in sight.
const current = document.querySelector('.side [aria-current]');
const list = document.querySelector('.side');
if (current instanceof HTMLElement && list) list.scrollTop = current.offsetTop - list.clientHeight / 2;

for (const block of document.querySelectorAll('.code')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.onclick = async () => {
    await navigator.clipboard.writeText(block.querySelector('pre')?.textContent ?? '');
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1500);
  };
  block.append(button);
}

const seek = byId('site-seek');
const load = () => import('./search.js');
seek.hidden = false;
// The search is half a megabyte: it is fetched when somebody is about to use it.
seek.addEventListener('pointerenter', load, { once: true });
seek.addEventListener('focus', load, { once: true });
seek.onclick = async () => (await load()).open();
addEventListener('keydown', async (event) => {
  const typing = event.target instanceof Element && event.target.closest('input, textarea, select, predilect-search');
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  (await load()).open();
});
