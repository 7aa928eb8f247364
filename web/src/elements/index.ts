// Custom elements. Importing this file registers them; on a server it registers nothing.

import { PredilectFeed, PredilectSimilar } from './feed.js';
import { PredilectProfile } from './profile.js';
import { PredilectSearch } from './search.js';

export type { CardActions, CardFunction } from './card.js';
export type { Texts } from './words.js';
export { PredilectFeed, PredilectProfile, PredilectSearch, PredilectSimilar };

const ELEMENTS = {
  'predilect-feed': PredilectFeed,
  'predilect-similar': PredilectSimilar,
  'predilect-search': PredilectSearch,
  'predilect-profile': PredilectProfile,
};

declare global {
  interface HTMLElementTagNameMap {
    'predilect-feed': PredilectFeed;
    'predilect-similar': PredilectSimilar;
    'predilect-search': PredilectSearch;
    'predilect-profile': PredilectProfile;
  }
}

if (globalThis.customElements) {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    // Two copies of the package on one page: the first one serves.
    if (!customElements.get(name)) customElements.define(name, element);
  }
}
