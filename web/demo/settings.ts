// What the page remembers between visits: choices always, the profile only if the reader wants it.

import type { Wording } from './words.js';

/** The reader's choices. */
export interface Settings {
  ui: Wording;
  theme: 'auto' | 'light' | 'dark';
  section: string;
  language: 'en' | 'zh' | 'both';
  /** Whether the profile is kept on the device. */
  keep: boolean;
}

const CHOICES = 'predilect-demo.choices';
const PROFILE = 'predilect-demo.profile';

/** What each choice may be. */
const ALLOWED: { readonly [K in keyof Settings]: readonly Settings[K][] } = {
  ui: ['en', 'zh'],
  theme: ['auto', 'light', 'dark'],
  section: ['all', 'shop', 'culture', 'news', 'recipes'],
  language: ['en', 'zh', 'both'],
  keep: [true, false],
};

/** The choices of the last visit as far as they make sense, else what suits the browser's language. */
export function readSettings(): Settings {
  const ui: Wording = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const settings: Settings = { ui, theme: 'auto', section: 'all', language: ui, keep: false };
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

/** The kept profile, if there is one. */
export function readProfile(): Uint8Array | undefined {
  try {
    const text = localStorage.getItem(PROFILE);
    return text === null ? undefined : Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Keeps the profile, or with undefined removes it. Returns whether that was done. */
export function writeProfile(bytes: Uint8Array | undefined): boolean {
  try {
    if (bytes === undefined) localStorage.removeItem(PROFILE);
    else localStorage.setItem(PROFILE, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
    return true;
  } catch {
    return false;
  }
}
