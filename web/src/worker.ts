// The worker's entry.

import { serve } from './host.js';

serve();
