import { cosineSimilarity, embedMany } from '@localmode/core';
import { transformers } from '@localmode/transformers';

const items = await (await fetch('./items.json')).json();
const model = transformers.embedding('Xenova/all-MiniLM-L6-v2');
const { embeddings } = await embedMany({ model, values: items.map(({ title, text }) => `${title}. ${text}`) });
const chosen = items.findIndex(({ id }) => id === 'pot');
const ranked = items
  .map((item, at) => ({ item, score: cosineSimilarity(embeddings[at], embeddings[chosen]) }))
  .filter((_, at) => at !== chosen)
  .sort((a, b) => b.score - a.score);
for (const { item } of ranked.slice(0, 3)) {
  const line = document.createElement('li');
  line.textContent = item.title;
  document.querySelector('#list').append(line);
}
