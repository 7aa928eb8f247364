// A browser that can be killed as by a power cut, and a page in it that tells events.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from '../../browser.mjs';

const FLAGS = ['--headless=new', '--no-sandbox', '--no-first-run', '--disable-dev-shm-usage', '--disable-gpu'];

/** A Chromium of its own, with a folder that outlives it. `kill` ends every process of it at once, as a power cut would. */
export async function chromium(folder = mkdtempSync(join(tmpdir(), 'predilect-faults-'))) {
  rmSync(join(folder, 'DevToolsActivePort'), { force: true });
  const flags = [...FLAGS, `--user-data-dir=${folder}`, '--remote-debugging-port=0', 'about:blank'];
  const child = spawn(findBrowser() ?? 'chromium', flags, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const address = await new Promise((done, failed) => {
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      const [, url] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
      if (url) done(url);
    });
    child.once('exit', () => failed(new Error(`Chromium ended: ${said}`)));
  });
  const playwright = await import('playwright-core');
  const driver = await playwright.chromium.connectOverCDP(address);
  const [context] = driver.contexts();
  const ended = new Promise((done) => child.once('exit', done));
  return {
    context,
    folder,
    async kill() {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
      await ended;
      await driver.close().catch(() => {});
    },
    async close() {
      await this.kill();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A page with what the parts use. */
export async function open(context, url) {
  const tab = await context.newPage();
  await tab.goto(url);
  await tab.evaluate(async () => {
    const { Recommender } = await import('/predilect/index.js');
    window.notices = [];
    window.start = (options = {}) =>
      Recommender.create({
        catalogue: '/demo.predilect',
        profile: 'faults',
        consent: 'granted',
        onNotice: ({ code }) => window.notices.push(code),
        ...options,
      });
    /** The times of all events of the store, which name them here, read by a recommender of its own. */
    window.stored = async () => {
      const recommender = await window.start();
      const { events } = JSON.parse(await recommender.export());
      recommender.close();
      return events.map(({ at }) => Date.parse(at));
    };
    window.ids = async (recommender) => (await recommender.recommend({ k: 50 })).items.map(({ id }) => id);
    window.pause = (time) => new Promise((done) => setTimeout(done, time));
    /** Tells events named by their time until stopped. Now and then an item is forgotten, with all its events. */
    window.tell = async (recommender, first, items, acknowledged) => {
      for (let at = first; ; at++) {
        const item = items[at % items.length];
        const call =
          at % 13 === 12
            ? recommender.forget({ item }).then(({ kept }) => kept && acknowledged({ forgotten: at }))
            : recommender.record({ kind: 'view', item, at }).then(({ kept }) => kept && acknowledged({ at }));
        call.catch(() => {});
        if (at % 3 === 0) await call.catch(() => {});
        if (recommender.stopped) return;
      }
    };
  });
  return tab;
}
