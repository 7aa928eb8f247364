// What a worker does: messages in, messages out.

import { Host } from './host.js';
import type { FromHost, ToHost } from './protocol.js';

/** The part of a dedicated worker's global scope in use here; its library cannot be mixed with the page's. */
interface WorkerScope {
  postMessage(message: FromHost, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToHost>) => void) | null;
}

/** Answers the page's messages from now on. */
export function serve(): void {
  const scope = globalThis as unknown as WorkerScope;
  const host = new Host((message, transfer) => scope.postMessage(message, transfer));
  scope.onmessage = (event) => host.receive(event.data);
}
