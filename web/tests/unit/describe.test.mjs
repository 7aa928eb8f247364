// Lines in the words of a page's own describer: facts in, and nothing out that the facts do not have.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeItem, describeList, faultOf } from '../../dist/describe.js';
import { PredilectError } from '../../dist/index.js';
import { summarise } from '../../dist/wording.js';

const like = (item) => ({ kind: 'interest', part: 1, event: { kind: 'like', item, at: 0 } });
const fresh = { kind: 'fresh', part: 0.1 };
const film = (id, title, more = {}, ...reasons) => ({
  fields: { id, title, category: 'thriller', tags: ['crime', 'night'], year: 1995, secret: 'Stock 7', ...more },
  reasons,
});
const titles = new Map([
  ['heat', 'Heat'],
  ['up', '盗火线'],
]);
const ITEM = film('ronin', 'Ronin', {}, like('heat'), fresh);
const TEMPLATE = 'Because you liked “Heat”';
const line = (say, options = {}) => describeItem(ITEM, say, { titles, ...options });

test('a describer is told the allowed fields and the reasons, and nothing else', async () => {
  let told;
  const said = await line((facts) => {
    told = facts;
    return 'Ronin is for a night like that of “Heat”';
  });
  assert.deepEqual(said, { text: 'Ronin is for a night like that of “Heat”', by: 'describer' });
  assert.deepEqual(told.items, [{ title: 'Ronin', category: 'thriller', tags: ['crime', 'night'] }]);
  assert.deepEqual(told.reasons, [TEMPLATE, 'Recently added']);
  assert.equal(told.template, TEMPLATE);
  assert.ok(!JSON.stringify(told).includes('Stock'));
  const all = await line((facts) => `From ${facts.items[0].year}: Ronin`, { fields: ['title', 'year'] });
  assert.deepEqual(all, { text: 'From 1995: Ronin', by: 'describer' });
});

test('without a describer, or where it fails, the template speaks', async () => {
  assert.deepEqual(await line(undefined), { text: TEMPLATE, by: 'template' });
  const failing = [
    () => {
      throw new Error('no model');
    },
    () => Promise.reject(new Error('no model')),
  ];
  for (const say of failing) assert.deepEqual(await line(say), { text: TEMPLATE, by: 'template', refused: 'no model' });
  const late = await line(() => new Promise(() => {}), { timeout: 5 });
  assert.equal(late.text, TEMPLATE);
  assert.match(late.refused, /5 ms/);
});

test('a describer that is too slow, or no longer wanted, is told to stop', async () => {
  let stopped = 0;
  const slow = (_, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        stopped++;
        reject(signal.reason);
      });
    });
  await line(slow, { timeout: 5 });
  const control = new AbortController();
  const asked = line(slow, { signal: control.signal });
  setTimeout(() => control.abort());
  const aborted = (error) => error instanceof PredilectError && error.code === 'aborted';
  await assert.rejects(asked, aborted);
  await assert.rejects(line(slow, { signal: control.signal }), aborted);
  assert.equal(stopped, 2);
  await assert.rejects(line(slow, { maxChars: 5 }), (error) => error.code === 'bad-input');
});

const FACTS = {
  about: 'item',
  lang: 'en',
  items: [{ title: 'The Last Samurai', tags: ['history'], year: 2003, votes: 1200, price: 3.5 }],
  reasons: ['Because you liked “Heat”', '因为你喜欢“盗火线”'],
  template: TEMPLATE,
  maxChars: 80,
};

for (const text of [
  'The Last Samurai, because you liked "Heat"',
  'Because you liked “heat”: history from 2003, by 1,200 votes, for 3.5',
  '因为你喜欢《盗火线》，看看 The Last Samurai',
  'I think Samurai fits. It is like Heat’s nights',
  '  Light  history\nfor tonight ',
  '２００３ 年的历史片',
]) {
  test(`the facts bear it out: ${text}`, () => assert.equal(faultOf(text, FACTS), undefined));
}

for (const [text, why] of [
  [7, 'no text'],
  [' \n ', 'empty'],
  ['x'.repeat(81), 'longer than 80'],
  ['From 2004', '2004'],
  ['It won 3 prizes', '3'],
  ['With Tom Cruise', 'Tom'],
  ['Directed by Edward Zwick', 'Directed'],
  ['like “Shogun”', 'Shogun'],
  ['和《红高粱》一样', '红高粱'],
  ['和「红高粱」一样', '红高粱'],
  ['<b>history</b>', 'plain text'],
  ['see https://evil.example', 'plain text'],
  ['[history](evil)', 'plain text'],
  ['**history**', 'plain text'],
  ['history &lt;', 'plain text'],
  ['yrotsih \u202e', 'cannot be seen'],
  ['history \ud800', 'cannot be seen'],
  ['his\u0007tory', 'cannot be seen'],
]) {
  test(`it is refused: ${JSON.stringify(text)}`, () => {
    const fault = faultOf(text, FACTS);
    assert.ok(fault?.includes(why), `${fault} names ${why}`);
  });
}

test('a list is summed up from fields and reasons', async () => {
  const three = ['a', 'b', 'c'].map((id) => film(id, id.toUpperCase(), {}, like('heat'), fresh));
  assert.equal(summarise(three, { titles }), 'Three new picks of “thriller”, because you liked “Heat”');
  assert.equal(summarise(three, { titles, lang: 'zh' }), '3 条新推荐，都属于“thriller”，因为你喜欢“Heat”');
  const mixed = [
    ...three.slice(0, 2),
    film('d', 'D', { category: 'drama', tags: ['night'] }, { kind: 'popular', part: 1 }),
  ];
  assert.equal(summarise(mixed, { titles }), 'Three picks of “night”, two of them because you liked “Heat”');
  assert.equal(summarise(mixed, { titles, lang: 'zh' }), '3 条推荐，都属于“night”，其中 2 条因为你喜欢“Heat”');
  const asked = film('e', 'E', {}, { kind: 'request', part: 1, text: 'something lighter' });
  assert.equal(summarise([asked]), 'One pick of “thriller”, for “something lighter”');
  // What lowers is no reason to be here, and what has no title is not named.
  assert.equal(
    summarise([film('f', 'F', { category: 'x' }, { ...like('heat'), part: -1 }), three[0]]),
    'Two picks of “crime”',
  );
  assert.equal(summarise([]), 'No picks');
  const told = await describeList(three, ({ template }) => template.replace('picks', 'films'), { titles });
  assert.deepEqual(told, { text: 'Three new films of “thriller”, because you liked “Heat”', by: 'describer' });
  const invented = await describeList(three, () => 'Three films by Michael Mann', { titles });
  assert.equal(invented.by, 'template');
  assert.match(invented.refused, /Michael/);
});
