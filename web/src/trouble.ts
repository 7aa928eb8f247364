// What can go wrong with storage, by the names of the browser's errors.

import { Gone } from './store.js';

/** Times that something is tried on what other tabs or the browser change meanwhile. */
export const TRIES = 4;
/** Milliseconds before the second try. */
const PAUSE = 50;

/** What a page is told. */
export const MESSAGES = {
  'storage-full': 'the device has no space for the profile; what is told is kept in memory and written when there is',
  'storage-denied': 'the browser denies storage, as private windows do; the profile lives in memory',
  'schema-newer': 'the stored profile is of a newer version and stays untouched; load the page again',
  'storage-failed': 'the stored profile cannot be read or written; the profile lives in memory',
} as const;

/** The code of an error that the browser threw. */
export function codeOf(error: unknown): keyof typeof MESSAGES {
  if (named(error, 'QuotaExceededError')) return 'storage-full';
  if (named(error, 'SecurityError') || named(error, 'NotAllowedError')) return 'storage-denied';
  return named(error, 'VersionError') ? 'schema-newer' : 'storage-failed';
}

/** Whether the browser ended the connection or the transaction. */
export const interrupted = (error: unknown): boolean =>
  ['InvalidStateError', 'AbortError', 'UnknownError'].some((name) => named(error, name)) || error instanceof Gone;

/** Tries again for a while what the browser interrupts, as it does while it takes storage away. */
export async function persist<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (tries === TRIES || !interrupted(error)) throw error;
      await new Promise((done) => setTimeout(done, tries * PAUSE));
    }
  }
}

const named = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;
