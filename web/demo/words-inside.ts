// Words of the panel for those who look inside.

import { currentWording, wordsOf } from './words.js';

const en = {
  weights: 'Interests and their weights',
  interest: 'Interest',
  weight: 'Weight',
  items: 'Items',
  noInterests: 'No interests yet.',
  factors: 'What counts more or less for you',
  signals: 'Signals of the cards',
  signalsNote: 'The parts of each card add up to its score.',
  backend: 'Where it is worked out',
  timings: 'The last calls',
  call: 'Call',
  work: 'Work',
  total: 'There and back',
  bytes: 'Bytes loaded',
  bytesNote: 'What the worker fetched (–) has its size only.',
  file: 'File',
  wire: 'Fetched',
  size: 'Size',
  kept: 'kept',
  sum: 'Together',
  others: '{count} more',
};

/** Names of these words. */
export type InsideWord = keyof typeof en;

const zh: Record<InsideWord, string> = {
  weights: '兴趣与权重',
  interest: '兴趣',
  weight: '权重',
  items: '条目',
  noInterests: '还没有兴趣。',
  factors: '对你更重要或更不重要的',
  signals: '卡片的信号',
  signalsNote: '每张卡片的各部分相加就是它的得分。',
  backend: '在哪里计算',
  timings: '最近的调用',
  call: '调用',
  work: '计算',
  total: '往返',
  bytes: '载入的字节',
  bytesNote: '后台线程取的文件（–）只有大小。',
  file: '文件',
  wire: '传输',
  size: '大小',
  kept: '已保存',
  sum: '合计',
  others: '另外 {count} 个',
};

/** A word of this panel. */
export const i = wordsOf<InsideWord>(en, zh);

/** Kinds of signals, shortly. */
const KINDS: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  interest: ['interest', '兴趣'],
  typed: ['said in words', '写下的话'],
  session: ['looked at now', '正在看'],
  neighbour: ['others went on', '他人接着看'],
  together: ['others also', '他人也看'],
  alike: ['shared words', '共同词语'],
  facet: ['label', '标签'],
  popular: ['popular', '热门'],
  trend: ['trending', '近期热门'],
  fresh: ['new', '新'],
  negative: ['turned away', '不感兴趣'],
  seen: ['seen before', '见过'],
  diversity: ['variety', '多样'],
  explore: ['chance', '试探'],
  similar: ['similar', '相似'],
  continue: ['begun', '看过一半'],
  calibration: ['balance', '均衡'],
  rule: ['rule', '规则'],
  match: ['meaning', '意思'],
  words: ['words', '词语'],
  request: ['request', '请求'],
};

/** The name of a kind of signal. */
export function kindName(kind: string): string {
  return KINDS[kind]?.[currentWording() === 'zh' ? 1 : 0] ?? kind;
}

/** What is known of the backend, as lines of name and value. */
export function backendLines(facts: {
  worker: boolean;
  count: number;
  dimension: number;
  encoder: string;
  catalogue: string;
  model: boolean;
  kept: boolean;
  consent: string;
  signal: string | null;
}): [string, string][] {
  const chinese = currentWording() === 'zh';
  const say = (english: string, own: string): string => (chinese ? own : english);
  const yes = (on: boolean): string => (on ? say('yes', '是') : say('no', '否'));
  return [
    [say('Engine', '引擎'), say('WebAssembly with SIMD, on the processor', '带 SIMD 的 WebAssembly，用处理器')],
    [say('In a worker', '后台线程'), yes(facts.worker)],
    [say('Vectors', '向量'), `${facts.count} × ${facts.dimension}`],
    [say('Catalogue', '目录'), facts.catalogue],
    [say('Encoder', '编码器'), facts.encoder],
    [say('Model loaded', '模型已载入'), yes(facts.model)],
    [say('Profile on the device', '口味存于设备'), yes(facts.kept)],
    [say('Consent', '同意'), facts.consent],
    [say('Browser’s signal', '浏览器信号'), facts.signal ?? say('none', '无')],
  ];
}
