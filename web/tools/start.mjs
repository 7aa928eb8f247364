// `npm start`: sets up what is missing, serves the demo, prints its address. PORT picks another first port to try.

import { serve } from './serve.mjs';
import { fail, setup } from './setup.mjs';
import { SITE } from './site.mjs';
import { stopChildrenOnSignals } from './steps.mjs';

const FIRST_PORT = 8080;

try {
  const release = stopChildrenOnSignals();
  await setup();
  release();
  const server = await serve({ root: SITE, port: Number(process.env.PORT ?? FIRST_PORT) });
  console.log(`\nThe demo is at ${server.url}   (Ctrl-C stops it)`);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      console.log('\nStopped.');
      server.close();
    });
  }
} catch (error) {
  fail(error);
}
