import { Recommender } from './predilect/index.js';

const recommender = await Recommender.create({ catalogue: './items.predilect' });
const { items } = await recommender.similar('pot', { k: 3 });
for (const { fields } of items) {
  const line = document.createElement('li');
  line.textContent = fields.title;
  document.querySelector('#list').append(line);
}
