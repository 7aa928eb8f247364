// The choices that the pages remember between visits, and their controls. The profile is the recommender's to keep.

import { byId } from './dom.js';
import { setWording, type Wording, w } from './words.js';

/** The reader's choices. */
export interface Settings {
  ui: Wording;
  theme: 'auto' | 'light' | 'dark';
  section: string;
  language: 'en' | 'zh' | 'both';
  /** Whether what goes on inside is shown. */
  inside: boolean;
}

const CHOICES = 'predilect-demo.choices';

/** What each choice may be. */
const ALLOWED: { readonly [K in keyof Settings]: readonly Settings[K][] } = {
  ui: ['en', 'zh'],
  theme: ['auto', 'light', 'dark'],
  section: ['all', 'shop', 'culture', 'news', 'recipes'],
  language: ['en', 'zh', 'both'],
  inside: [false, true],
};

/** The choices of the last visit as far as they make sense, else what suits the browser's language. */
export function readSettings(): Settings {
  const ui: Wording = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const settings: Settings = { ui, theme: 'auto', section: 'all', language: ui, inside: false };
  let stored: Partial<Settings> | null = null;
  try {
    stored = JSON.parse(localStorage.getItem(CHOICES) ?? '{}') as Partial<Settings> | null;
  } catch {
    // Storage may be denied, or hold something else: the page works without.
  }
  const take = <K extends keyof Settings>(name: K): void => {
    const value = stored?.[name];
    if (value !== undefined && ALLOWED[name].includes(value)) settings[name] = value;
  };
  for (const name of Object.keys(ALLOWED) as (keyof Settings)[]) take(name);
  return settings;
}

/** Remembers the choices. */
export function writeSettings(settings: Settings): void {
  try {
    localStorage.setItem(CHOICES, JSON.stringify(settings));
  } catch {
    // Denied or full: the choices last as long as the page.
  }
}

/** Words everything that the page's HTML has, in the language of the page, and shows the choices as they are. */
export function wordPage(settings: Settings, word: (name: never) => string = w): void {
  setWording(settings.ui);
  document.documentElement.lang = settings.ui === 'zh' ? 'zh-Hans' : 'en';
  for (const element of document.querySelectorAll<HTMLElement>('[data-w]')) {
    element.textContent = word(element.dataset.w as never);
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-w-label]')) {
    element.setAttribute('aria-label', word(element.dataset.wLabel as never));
  }
  for (const button of document.querySelectorAll<HTMLElement>('[data-ui]')) {
    button.setAttribute('aria-pressed', String(button.dataset.ui === settings.ui));
  }
  const label = w(({ auto: 'themeAuto', light: 'themeLight', dark: 'themeDark' } as const)[settings.theme]);
  byId('theme').setAttribute('aria-label', label);
  byId('theme').title = label;
  document.documentElement.dataset.theme = settings.theme;
}

/** Wires the controls of language and theme. */
export function startControls(settings: Settings, choose: (change: Partial<Settings>) => void): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-ui]')) {
    button.onclick = () => choose({ ui: button.dataset.ui as Wording });
  }
  byId('theme').onclick = () =>
    choose({ theme: ({ auto: 'dark', dark: 'light', light: 'auto' } as const)[settings.theme] });
}
