import { create, insertMultiple, search } from '@orama/orama';

const items = await (await fetch('./items-with-vectors.json')).json();
const db = create({ schema: { title: 'string', vector: 'vector[384]' } });
await insertMultiple(db, items);
const { vector } = items.find(({ id }) => id === 'pot');
const near = { value: vector, property: 'vector' };
const { hits } = await search(db, { mode: 'vector', vector: near, similarity: 0, limit: 4 });
for (const { document: item } of hits.filter(({ id }) => id !== 'pot').slice(0, 3)) {
  const line = document.createElement('li');
  line.textContent = item.title;
  document.querySelector('#list').append(line);
}
