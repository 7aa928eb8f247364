// The choices that the page remembers between visits. The profile is the recommender's to keep.

import type { Wording } from './words.js';

/** The reader's choices. */
export interface Settings {
  ui: Wording;
  theme: 'auto' | 'light' | 'dark';
  section: string;
  language: 'en' | 'zh' | 'both';
}

const CHOICES = 'predilect-demo.choices';

/** What each choice may be. */
const ALLOWED: { readonly [K in keyof Settings]: readonly Settings[K][] } = {
  ui: ['en', 'zh'],
  theme: ['auto', 'light', 'dark'],
  section: ['all', 'shop', 'culture', 'news', 'recipes'],
  language: ['en', 'zh', 'both'],
};

/** The choices of the last visit as far as they make sense, else what suits the browser's language. */
export function readSettings(): Settings {
  const ui: Wording = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const settings: Settings = { ui, theme: 'auto', section: 'all', language: ui };
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
