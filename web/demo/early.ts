// The first script of the page: the engine's worker starts while the others are on their way.

import { startEarly } from './predilect/early.js';

if (!new URLSearchParams(location.search).has('main-thread')) startEarly();
