// Questions: which item answers one, and how sure that is.

import { look, type Searched } from './search.js';
import type { SearchBy } from './types.js';

/** The answer to a question, as JSON. */
export async function ask(searched: Searched, text: string, request: string, by?: SearchBy): Promise<string> {
  const { engine, words: lazy, time } = searched;
  const { index, found, vector } = await look('ask', searched, text, request, { question: true, ...(by && { by }) });
  return time(() => {
    if (index) {
      // What is found for questions that nothing answers, told by the items themselves: once, before the first answer.
      const [pool = 0] = engine.allowed(request);
      const probes = engine.probes();
      const told = probes.flatMap((text) => {
        const own = lazy.use(() => index.search(text, false, pool, new Uint32Array(), true));
        return [own.length, ...own];
      });
      if (probes.length > 0) engine.probed(new Uint32Array(told));
    }
    return engine.ask(found, vector?.[0], vector?.[1] ?? '', request);
  });
}
