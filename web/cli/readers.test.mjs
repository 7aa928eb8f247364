// What the builder is given of feeds and folders. The guides are run as written in site/tests.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildCatalogue } from './build.mjs';
import { Failure } from './failure.mjs';
import { feed, merchant, merchantTable } from './readers/feeds.mjs';
import { folderRecords, frontMatter } from './readers/folder.mjs';
import { filesOf } from './readers/index.mjs';
import { parseXml } from './readers/xml.mjs';

/** A folder with these files, for one test. */
async function within(
  /** @type {Record<string, string | Buffer>} */ files,
  /** @type {(folder: string) => Promise<void>} */ run,
) {
  const folder = mkdtempSync(join(tmpdir(), 'predilect-readers-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('XML: attributes, entities, CDATA, comments; declared entities are not followed', () => {
  const source = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "boom">]><!-- <no> --><a k="1 &gt; 0" j='"'>
    t&amp;&#x8336;&x;<![CDATA[<b>&amp;</b>]]><c/><d:e>f</d:e></a>`;
  const { name, attributes, text, children } = parseXml(source);
  assert.equal(name, 'a');
  assert.deepEqual(attributes, { k: '1 > 0', j: '"' });
  assert.equal(text.trim(), 't&茶&x;<b>&amp;</b>');
  assert.deepEqual(
    children.map((child) => [child.name, child.text]),
    [
      ['c', ''],
      ['d:e', 'f'],
    ],
  );
  assert.throws(() => parseXml('<a><b></a>'), /<\/a> closes <b>/);
  assert.throws(() => parseXml('<a><b>'), /<b> is not closed/);
  assert.throws(() => parseXml('no'), /no element/);
});

test('prices as feeds write them', () => {
  const price = (/** @type {string} */ text) => merchant({ price: text }).price;
  const cases = {
    '39.00 EUR': 39,
    '1,299.50 USD': 1299.5,
    'EUR 12,90': 12.9,
    '1.299,00 EUR': 1299,
    '15 GBP': 15,
    free: undefined,
  };
  Object.assign(cases, { '12.500 KWD': 12.5, '1 299,00 EUR': 1299, "1'299.00 CHF": 1299 });
  for (const [text, expected] of Object.entries(cases)) assert.equal(price(text), expected, text);
  assert.equal(merchant({ price: '20 EUR', sale_price: '15 EUR' }).price, 15);
});

test('a product table: quoted cells, other separators, spaces in names, a mark at the beginning', () => {
  const [one, two] = merchantTable(
    '\ufeffID;Title;Link;Image link;Description\r\na;"Pot; ""iron""";u;i;"two\nlines"\r\nb;Cup;v;;\r\n',
  );
  assert.deepEqual(one, { id: 'a', title: 'Pot; "iron"', description: 'two\nlines', url: 'u', image: 'i' });
  assert.deepEqual(two, { id: 'b', title: 'Cup', url: 'v' });
});

test('a product table keeps its own columns, and tells of a quote that is never closed', () => {
  const [one] = merchantTable('id,title,link,image_link,price,currency,category,tags\na,Pot,u,i,5,EUR,Tea,iron\n');
  assert.deepEqual(one, {
    id: 'a',
    title: 'Pot',
    price: 5,
    currency: 'EUR',
    category: 'Tea',
    tags: 'iron',
    url: 'u',
    image: 'i',
  });
  assert.throws(
    () => merchantTable('id\ttitle\tlink\timage_link\na\t"12 inch pan\tu\ti\nb\tCup\tv\tj\n'),
    /row 2: a quote/,
  );
  const [entry] = feed(
    '<feed><entry><g:id>1</g:id><title>Pot</title><link href="https://a.example/1"/></entry></feed>',
    'feed',
  );
  assert.equal(entry.url, 'https://a.example/1');
});

test('Atom: the alternate link, terms, HTML in content', () => {
  const [entry] = feed(
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN"><entry><id>tag:1</id><title>茶</title>
     <link rel="self" href="self"/><link href="https://a.example/1"/><category term="tea"/>
     <updated>2026-11-02T08:00:00+08:00</updated><content type="html">&lt;p&gt;好茶&lt;/p&gt;</content></entry></feed>`,
    'feed',
  );
  assert.deepEqual(entry, {
    id: 'tag:1',
    title: '茶',
    text: '<p>好茶</p>',
    tags: ['tea'],
    date: '2026-11-02T00:00:00.000Z',
    lang: 'zh',
    url: 'https://a.example/1',
  });
});

test('texts that are written as elements, and pictures but no films', () => {
  const [entry] = feed(
    `<feed><entry><title>A</title><content type="xhtml"><div><p>One</p><p>two</p></div></content>
     <media:content url="film.mp4" medium="video"/></entry></feed>`,
    'feed',
  );
  assert.deepEqual(entry, { title: 'A', text: 'One two' });
});

test('RSS with products, RSS 1.0, and what is no feed', () => {
  const [product] = feed(
    '<rss><channel><item><g:id>1</g:id><title>Pot</title><g:link>u</g:link><g:price>5 EUR</g:price></item></channel></rss>',
    'feed',
  );
  assert.deepEqual(product, { id: '1', title: 'Pot', url: 'u', price: 5, currency: 'EUR' });
  assert.equal(feed('<rdf:RDF><channel/><item><title>A</title><link>u</link></item></rdf:RDF>', 'feed').length, 1);
  assert.throws(() => feed('<html><body/></html>', 'x.html'), /x\.html: <html> has no <item> or <entry>/);
  assert.throws(() => feed('<urlset><url/></urlset>', 'sitemap.xml'), /build from the folder of pages/);
  assert.throws(() => feed('<rss><channel>', 'cut.xml'), Failure);
});

test('front matter in YAML and TOML', () => {
  assert.deepEqual(frontMatter('---\ntitle: "A: b"\ntags:\n  - x\n  - "y z"\nlist: [p, \'q\']\n---\nText'), {
    fields: { title: 'A: b', tags: ['x', 'y z'], list: ['p', 'q'] },
    body: 'Text',
  });
  assert.equal(frontMatter('+++\ntitle = "T"\n+++\nText').fields.title, 'T');
  assert.deepEqual(frontMatter('--- no\nText').fields, {});
});

test('a folder: Markdown before HTML, hidden files and packages left out', () =>
  within(
    {
      'a/first.md': '# First\n\nSome **bold** [link](x) text.\n\n```js\ncode()\n```\n',
      'index.md': '---\ntitle: Home\n---\nHello',
      '.hidden/x.md': 'x',
      'node_modules/p/README.md': 'x',
      'page.html': '<title>No</title>',
    },
    async (folder) => {
      const records = await folderRecords(folder, '/blog/');
      assert.deepEqual(
        records.map(({ id, title, text, url }) => [id, title, text, url]),
        [
          ['a/first.md', 'First', 'Some bold link text.', '/blog/a/first/'],
          ['index.md', 'Home', 'Hello', '/blog/'],
        ],
      );
      assert.equal((await filesOf(folder)).length, 3, 'what is watched');
    },
  ));

test('titles are no comments of code, prose that begins with a word of JavaScript stays, folders as people type them', () =>
  within(
    {
      'posts/a.md': '---\ndescription: >\n---\n```sh\n# install\n```\n\n# Tea\n\nexport taxes rose.\n',
      'posts/b.mdx': 'import X from "x"\n\nText',
    },
    async (folder) => {
      const here = process.cwd();
      try {
        process.chdir(folder);
        for (const way of ['.', './posts', 'posts/', 'posts/../posts']) {
          const records = await folderRecords(way);
          assert.deepEqual(
            records.map(({ title, text }) => [title.replace('posts/', ''), text]),
            [
              ['Tea', 'export taxes rose.'],
              ['b.mdx', 'Text'],
            ],
            way,
          );
        }
      } finally {
        process.chdir(here);
      }
    },
  ));

test('a sitemap of sitemaps rules nothing out, a broken one is told, and the front page is below a prefix, too', () =>
  within({ 'index.html': '<title>Home</title>', 'a.html': '<title>A</title>' }, async (folder) => {
    const records = async (source) => {
      writeFileSync(join(folder, 'sitemap.xml'), source);
      return (await folderRecords(folder)).map(({ id }) => id);
    };
    assert.equal(
      (await records('<sitemapindex><sitemap><loc>https://x/1.xml</loc></sitemap></sitemapindex>')).length,
      2,
    );
    assert.deepEqual(
      await records('<urlset><url><loc>https://x/my/</loc></url><url><loc>https://x/my/b</loc></url></urlset>'),
      ['index.html'],
    );
    await assert.rejects(
      records('<urlset><url><loc>https://x/100%</loc></url></urlset>'),
      /sitemap\.xml: cannot be read/,
    );
  }));

test('a built site: the sitemap decides, below a prefix and without .html too', () =>
  within(
    {
      'index.html': '<html lang="en"><title>Home</title><main>Everything</main></html>',
      'tea/index.html':
        '<html lang="en"><title>Tea</title><meta name="description" content="On tea"><main><nav>x</nav>Leaves</main></html>',
      'pot.html': '<html lang="en"><title>Pot</title><body>Iron</body></html>',
      'hidden.html': '<title>H</title><meta name="robots" content="noindex"><body>h</body>',
      'sitemap.xml':
        '<urlset><url><loc>https://a.example/my/tea/</loc><lastmod>2026-01-02</lastmod></url><url><loc>https://a.example/my/pot</loc></url><url><loc>https://a.example/my/hidden.html</loc></url></urlset>',
    },
    async (folder) => {
      const records = await folderRecords(folder, '/my/');
      assert.deepEqual(
        records.map(({ id, url, date }) => [id, url, date]),
        [
          ['pot.html', '/my/pot.html', undefined],
          ['tea/index.html', '/my/tea/', '2026-01-02'],
        ],
      );
      assert.equal(records[1].text, 'On tea  Leaves');
    },
  ));

test('buildCatalogue takes them, gzipped and beside other files; a named format takes a feed as it is', () =>
  within(
    {
      'feed.xml.gz': gzipSync('<rss><channel><item><title>Sencha</title><link>s</link></item></channel></rss>'),
      'feed.csv': 'id,title,link,image_link,price\na,Pot,u,i,"1,299.00 EUR"\n',
      'items.jsonl': '{"id":"b","title":"Cup"}\n',
    },
    async (folder) => {
      const inputs = ['feed.xml.gz', 'feed.csv', 'items.jsonl'].map((name) => join(folder, name));
      assert.equal((await buildCatalogue({ inputs })).report.kept, 3);
      const { report } = await buildCatalogue({ inputs: [inputs[1]], options: { format: 'csv' } });
      assert.ok(JSON.stringify(report).includes('image_link'), JSON.stringify(report));
      const renamed = await buildCatalogue({ inputs: [inputs[1]] });
      assert.ok(!JSON.stringify(renamed.report).includes('image_link'));
    },
  ));
