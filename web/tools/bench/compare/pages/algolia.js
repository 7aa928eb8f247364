import recommend from '@algolia/recommend';
import { relatedProducts } from '@algolia/recommend-js';

relatedProducts({
  container: '#list',
  recommendClient: recommend('YourApplicationID', 'YourSearchOnlyAPIKey'),
  indexName: 'items',
  objectIDs: ['pot'],
  maxRecommendations: 3,
  itemComponent: ({ item, html }) => html`<span>${item.title}</span>`,
});
