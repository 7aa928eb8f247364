import { cos_sim, pipeline } from '@huggingface/transformers';

const items = await (await fetch('./items.json')).json();
const encode = await pipeline('feature-extraction', 'Xenova/all-MiniLM-L6-v2', { dtype: 'q8' });
const texts = items.map(({ title, text }) => `${title}. ${text}`);
const vectors = (await encode(texts, { pooling: 'mean', normalize: true })).tolist();
const chosen = items.findIndex(({ id }) => id === 'pot');
const ranked = items
  .map((item, at) => ({ item, score: cos_sim(vectors[at], vectors[chosen]) }))
  .filter((_, at) => at !== chosen)
  .sort((a, b) => b.score - a.score);
for (const { item } of ranked.slice(0, 3)) {
  const line = document.createElement('li');
  line.textContent = item.title;
  document.querySelector('#list').append(line);
}
