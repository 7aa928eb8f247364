// The worker of a build: one request, its progress, one answer.

import { type Asked, build, type Told } from './building.js';
import { toPredilectError } from './errors.js';

/** The part of a dedicated worker's global scope in use here. */
interface Scope {
  postMessage(message: Told, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<Asked>) => void) | null;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = async ({ data }) => {
  try {
    const answer = await build(
      data,
      (progress) => scope.postMessage({ progress }, []),
      // Whoever aborts ends this worker.
      new AbortController().signal,
    );
    const { made } = answer;
    scope.postMessage({ answer }, made ? [made.catalogue.buffer, made.words.buffer] : []);
  } catch (error) {
    const { code, message } = toPredilectError(error);
    scope.postMessage({ error: { code, message } }, []);
  }
};
