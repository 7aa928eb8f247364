// What the browser says about keeping things, and a mark, without content, that something was kept.

import type { PrivacySignal } from './types.js';

/** The browser's own request not to be profiled. */
export function privacySignal(): PrivacySignal | null {
  const browser = globalThis.navigator as
    | (Navigator & { globalPrivacyControl?: boolean; doNotTrack?: unknown })
    | undefined;
  if (browser?.globalPrivacyControl === true) return 'gpc';
  return browser?.doNotTrack === '1' ? 'dnt' : null;
}

const mark = (name: string): string => `predilect/${name}`;

/** Whether a profile was kept at the last visit. */
export function wasKept(name: string): boolean {
  try {
    return localStorage.getItem(mark(name)) !== null;
  } catch {
    // There is none, or it is denied.
    return false;
  }
}

/** Remembers whether a profile is kept, to notice when the browser has removed it. */
export function markKept(name: string, kept: boolean): void {
  try {
    if (kept) localStorage.setItem(mark(name), 'kept');
    else localStorage.removeItem(mark(name));
  } catch {
    // Without the mark, a removal goes unnoticed.
  }
}
