// Words of the help page.

import { common, currentWording, type Wording, wordsOf } from './words.js';

const en = {
  skipAsk: 'Skip to the question',
  askTitle: 'What would you like to know?',
  askLead: 'Ask in your own words, in English or Chinese. The answer is found in this tab; your question stays here.',
  askLabel: 'Your question',
  askPlaceholder: 'How do I delete what you know about me?',
  askSend: 'Ask',
  browse: 'All questions',
  backFeed: 'Back to the recommendations',
  sureVery: 'Very likely the answer',
  sureRather: 'Probably the answer',
  surePerhaps: 'Perhaps the answer',
  chosen: 'You chose this question',
  unsure: 'Not sure',
  unsureNote: 'None of the questions here fits well enough. These come nearest:',
  unsureNothing: 'Nothing here has anything to do with it. All questions stand below.',
  notIt: 'Not what you meant?',
  byWords: 'Found by its words; how sure that is may change when the language model has read it.',
  byBoth: 'Found by words and meaning.',
  stayWords: 'Questions are looked up by their words only.',
  loadModel: 'Look by meaning too ({size})',
  loadModelPlain: 'Look by meaning too',
  modelFirstAsk:
    'Words are compared at once. The first question also loads the language model ({size}) from this site.',
  modelFirstAskPlain: 'Words are compared at once. The first question also loads the language model from this site.',
  failedStart: 'The questions could not be loaded',
};

/** Names of the help page's words, the common ones included. */
export type HelpWord = keyof typeof en | keyof typeof common.en;

const zh: Record<keyof typeof en, string> = {
  skipAsk: '跳到提问框',
  askTitle: '想知道什么？',
  askLead: '用自己的话提问，中文英文都行。答案在本页内查找，你的问题不会离开这里。',
  askLabel: '你的问题',
  askPlaceholder: '怎样删除关于我的记录？',
  askSend: '提问',
  browse: '全部问题',
  backFeed: '回到推荐',
  sureVery: '很可能就是答案',
  sureRather: '大概是答案',
  surePerhaps: '也许是答案',
  chosen: '你选的问题',
  unsure: '不确定',
  unsureNote: '这里没有足够合适的问题。最接近的是：',
  unsureNothing: '这里没有与它有关的内容。全部问题列在下面。',
  notIt: '不是你要问的？',
  byWords: '按词语找到；语言模型读过之后，把握可能会变。',
  byBoth: '按词语和意思找到。',
  stayWords: '目前只按词语查找。',
  loadModel: '也按意思找（{size}）',
  loadModelPlain: '也按意思找',
  modelFirstAsk: '先立刻比较词语。第一次提问还会从本站载入语言模型（{size}）。',
  modelFirstAskPlain: '先立刻比较词语。第一次提问还会从本站载入语言模型。',
  failedStart: '问题没能载入',
};

/** A word of the help page. */
export const h = wordsOf<HelpWord>({ ...common.en, ...en }, { ...common.zh, ...zh });

/** Questions to try. */
export const QUESTIONS: Record<Wording, readonly string[]> = {
  en: ['Is my data sent to a server?', 'Does it work without a network?', '怎样导出我的口味？'],
  zh: ['会上传我的数据吗？', '没有网络能用吗？', 'Which browsers do I need?'],
};

/** How sure an answer is, in words. */
export function sure(confidence: number): string {
  return h(confidence >= 0.9 ? 'sureVery' : confidence >= 0.7 ? 'sureRather' : 'surePerhaps');
}

/** The language that a text is written in, as far as this page knows languages. */
export function languageOf(text: string): Wording {
  return /\p{Script=Han}/u.test(text) ? 'zh' : 'en';
}

/** The title of the page's tab. */
export function helpTitle(): string {
  return currentWording() === 'zh' ? '帮助：问问 Predilect' : 'Help: ask Predilect';
}
