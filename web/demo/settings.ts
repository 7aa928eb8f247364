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

/** The choices of the last visit, or what suits the browser's language. */
export function readSettings(): Settings {
  const ui: Wording = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const fresh: Settings = { ui, theme: 'auto', section: 'all', language: ui, keep: false };
  try {
    return { ...fresh, ...(JSON.parse(localStorage.getItem(CHOICES) ?? '{}') as Partial<Settings>) };
  } catch {
    // Storage may be denied, or hold something else: the page works without.
    return fresh;
  }
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
