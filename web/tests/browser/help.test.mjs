// The help page: questions in the reader's words, answered or honestly not, in both languages.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useSite } from './site.mjs';

const LOADING = 120_000;
const site = useSite();

/** A visitor on the help page; the model stays away unless it is wanted. */
async function open(settings = {}, { model = false, hash = '' } = {}) {
  const { page, context, problems } = await site.visitor(settings);
  if (!model) await page.route('**/model/*.onnx', () => {});
  await page.goto(`${site.server.url}help.html${hash}`);
  await page.locator('.entry').first().waitFor();
  return { page, context, problems };
}

async function ask(page, question) {
  await page.fill('#question', question);
  await page.keyboard.press('Enter');
  await page.locator('#answer').waitFor();
}

test('a question is answered by its words at once, in the language it is asked in', async () => {
  const { page, problems } = await open();
  await ask(page, 'which browser do I need');
  assert.match(await page.locator('#matched').textContent(), /^Which browsers/);
  assert.match(await page.locator('#answer-text').textContent(), /SIMD/);
  assert.match(await page.locator('#verdict').textContent(), /the answer/);
  assert.match(await page.locator('#by').textContent(), /by its words/, 'it says how it looked');
  assert.match(await page.locator('#model').textContent(), /Loading the language model/);
  await ask(page, '怎么删除记录');
  await page.locator('#matched', { hasText: '怎样删除' }).waitFor();
  assert.equal(await page.locator('#matched').getAttribute('lang'), 'zh');
  assert.deepEqual(problems, []);
});

test('what nothing answers is not answered, and the nearest questions can be chosen', async () => {
  const { page } = await open();
  await ask(page, 'how do I bake bread');
  assert.equal(await page.locator('#verdict').textContent(), 'Not sure');
  assert.equal(await page.locator('#answer-text').count(), 0);
  const nearest = page.locator('.nearest button');
  assert.ok((await nearest.count()) > 0);
  const title = await nearest.first().textContent();
  await nearest.first().click();
  assert.equal(await page.locator('#matched').textContent(), title);
  assert.ok((await page.locator('#answer-text').textContent()).length > 20);
  await ask(page, '明天天气怎么样');
  await page.locator('#verdict', { hasText: 'Not sure' }).waitFor();
});

test('with the model questions are found by their meaning, too; without it, by words alone', {
  timeout: LOADING,
}, async () => {
  const { page, problems } = await open({}, { model: true });
  await ask(page, 'does this work without internet');
  await page.locator('#by', { hasText: 'by words and meaning' }).waitFor({ timeout: LOADING });
  assert.match(await page.locator('#matched').textContent(), /offline/);
  assert.match(await page.locator('#model').textContent(), /on your device/);
  assert.deepEqual(problems, []);

  const { page: other } = await open();
  await ask(other, 'does this work without internet');
  await other.locator('#model button').click();
  assert.match(await other.locator('#model').textContent(), /by their words only/);
});

test('all questions can be read by topic, in both languages, and be linked to', async () => {
  const { page } = await open({}, { hash: '#delete-zh' });
  const titles = () => page.locator('.entry summary').allInnerTexts();
  const english = await titles();
  assert.equal(english.length, 32);
  assert.equal(await page.locator('.entry[open]').count(), 1);
  await page.locator('[data-ui="zh"]').click();
  const chinese = await titles();
  assert.equal(chinese.length, english.length);
  assert.ok(chinese.every((title) => /[\u4e00-\u9fff]/.test(title)));
  assert.equal(await page.locator('.entry[open]').getAttribute('id'), 'delete-zh', 'what is open stays so');
  await page.locator('.site a').first().click();
  await page.locator('#grid:not([aria-busy]) .card[data-id]').first().waitFor();
  assert.match(await page.locator('#headline').textContent(), /守口如瓶/, 'the language goes along');
});
