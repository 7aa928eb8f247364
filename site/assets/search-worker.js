// The worker of the search: the one file of the package, which would else start it from a blob, and the policy of these pages has none.

import { serve } from './predilect/predilect.cdn.js';

serve();
