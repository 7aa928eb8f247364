// The demo's export and import: a file out, a look at what it would add, and in again, by mouse, keyboard and screen reader.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ready, updated, useSite } from './site.mjs';

const site = useSite();

async function demo(settings) {
  const opened = await site.visitor({ acceptDownloads: true, reducedMotion: 'reduce', ...settings });
  await opened.page.goto(site.server.url);
  await ready(opened.page);
  return opened;
}

const events = (page) => page.locator('#taste-events').textContent();

/** Likes two items, saves the profile with a passphrase or without, and gives the file's text. */
async function saved(page, passphrase = '') {
  for (const at of [0, 1]) {
    await updated(page, () => page.locator('#grid .card [data-key^="like "]').nth(at).click());
  }
  await page.locator('[data-key="save-file"]').click();
  await page.locator('#transfer input').fill(passphrase);
  const download = page.waitForEvent('download');
  await page.locator('#transfer [type="submit"]').click();
  const file = await download;
  assert.match(file.suggestedFilename(), /^predilect-\d{4}-\d\d-\d\d\.json$/);
  await page.waitForFunction(() => document.getElementById('live').textContent === 'Saved as a file');
  assert.ok(!(await page.locator('#transfer').isVisible()));
  return readFile(await file.path(), 'utf8');
}

/** Gives the page a file. */
async function choose(page, text, name = 'taste.json') {
  const chooser = page.waitForEvent('filechooser');
  await page.locator('[data-key="load-file"]').click();
  await (await chooser).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  await page.locator('#transfer').waitFor();
}

/** Waits until the focus is where it was before the dialog; the dialog's end is told to the page a task later. */
const focused = (page, key) => page.waitForFunction((key) => document.activeElement.dataset.key === key, key);

const outcome = (page, text) =>
  page.waitForFunction((text) => document.querySelector('#transfer .outcome').textContent.includes(text), text);

test('what is saved is all that is known, and adding it again is shown first', { timeout: 60_000 }, async () => {
  const { page, problems } = await demo();
  const text = await saved(page);
  assert.equal(JSON.parse(text).events.length, 2);
  assert.ok(JSON.parse(text).meanings.like, 'it explains itself');
  await choose(page, text);
  await outcome(page, 'Nothing new is in this file');
  assert.ok(!(await page.getByRole('button', { name: 'Add these' }).isVisible()));
  await page.keyboard.press('Escape');

  await updated(page, () => page.locator('[data-key="forget-all"]').click());
  await page.locator('[data-key="save-file"]:disabled').waitFor();
  await choose(page, text);
  await outcome(page, 'This would add 2 things you did and 0 sentences you wrote; 0 are known already.');
  assert.equal(await page.locator('#taste-events').count(), 0, 'a preview adds nothing');
  await updated(page, () => page.getByRole('button', { name: 'Add these' }).click());
  assert.equal(await events(page), '2 things remembered');
  assert.match(await page.locator('#snack').textContent(), /Added 2 things/);
  await focused(page, 'load-file');
  await updated(page, () => page.locator('#snack button').click());
  assert.equal(await page.locator('#taste-events').count(), 0, 'it can be undone');
  assert.deepEqual(problems, [], 'nothing that the policy forbids');
});

test('a locked file asks for its passphrase, and says when it is not that', { timeout: 60_000 }, async () => {
  const { page } = await demo();
  const text = await saved(page, 'pink elephant');
  assert.ok(!text.includes('like'), 'nothing readable');
  await updated(page, () => page.locator('[data-key="forget-all"]').click());
  await choose(page, text);
  await outcome(page, 'This file is locked.');
  const field = page.getByLabel('Passphrase of the file');
  assert.ok(await field.evaluate((input) => input === document.activeElement));
  await field.fill('grey elephant');
  await page.keyboard.press('Enter');
  await outcome(page, 'That is not the passphrase of this file.');
  await field.fill('pink elephant');
  await page.keyboard.press('Enter');
  await outcome(page, 'This would add 2 things');
  assert.ok(
    await page.getByRole('button', { name: 'Add these' }).evaluate((button) => button === document.activeElement),
  );
  await updated(page, () => page.keyboard.press('Enter'));
  assert.equal(await events(page), '2 things remembered');
});

test('what is no such file is refused in words, in both languages', { timeout: 60_000 }, async () => {
  const { page } = await demo();
  for (const text of ['<!doctype html>', '{}', '{"predilect":1}', '']) {
    await choose(page, text, '<img src=x onerror=alert(1)>.json');
    await outcome(page, 'This is not a file that this page saved');
    assert.equal(await page.locator('#transfer img').count(), 0, 'a name is no markup');
    await page.keyboard.press('Escape');
  }
  await choose(page, '{"predilect":99}');
  await outcome(page, 'newer version');
  await page.keyboard.press('Escape');
  await page.locator('[data-ui="zh"]').click();
  await choose(page, '{}');
  await outcome(page, '这不是本页存的文件');
  assert.equal(await page.locator('#transfer-title').textContent(), '从文件添加');
});

test('by keyboard alone, with names that a screen reader can say', { timeout: 60_000 }, async () => {
  const { page } = await demo();
  await updated(page, () => page.locator('#grid .card [data-key^="like "]').first().click());
  // A list may be told anew for another reason, before the page knows of the click.
  await page.locator('[data-key="save-file"]:enabled').focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Save as a file' });
  await dialog.waitFor();
  const label = 'Passphrase (leave it empty, and whoever has the file can read it)';
  assert.ok(await dialog.getByLabel(label).evaluate((input) => input === document.activeElement));
  const reached = new Set();
  for (let step = 0; step < 6; step++) {
    await page.keyboard.press('Tab');
    reached.add(
      await page.evaluate(() => {
        const { activeElement: at } = document;
        if (at === document.body) return 'browser';
        return at.closest('#transfer') ? at.getAttribute('aria-label') || at.textContent : 'outside';
      }),
    );
  }
  assert.ok(reached.has('Close') && reached.has('Save as a file'), [...reached].join());
  assert.ok(!reached.has('outside'), 'the focus stays in the dialog');
  assert.equal(await dialog.locator('.outcome').getAttribute('role'), 'status');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await focused(page, 'save-file');
  // The page is told of the end a task later: the focus of who has gone on stays, that of a control drawn anew comes back.
  for (const [kept, act] of [
    ['load-file', 'on'],
    ['save-file', 'anew'],
  ]) {
    await page.locator('[data-key="save-file"]').click();
    await dialog.waitFor();
    await page.evaluate(async (act) => {
      const [own, next] = ['save', 'load'].map((name) => document.querySelector(`[data-key="${name}-file"]`));
      const box = document.getElementById('transfer');
      const told = new Promise((done) => box.addEventListener('close', () => setTimeout(done)));
      if (act === 'anew') own.replaceWith(own.cloneNode(true));
      box.close();
      if (act === 'on') next.focus();
      await told;
    }, act);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.key), kept);
  }
  const chooser = page.waitForEvent('filechooser');
  await page.locator('[data-key="load-file"]').focus();
  await page.keyboard.press('Enter');
  assert.ok(await chooser, 'a button opens the file dialog');
});
