// Small helpers around the document. Texts of items only ever become text nodes.

type Child = Node | string | null | undefined | false;

/** Attributes and listeners: `onclick` and the like are listeners, `true` is an empty attribute, false and undefined are none. */
export type Props = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

/** An element with attributes, listeners and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(
    ...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** An address that an item gives, if a reader may be sent there: a page, nothing that runs, carries data or hides its host. */
export function safeAddress(given: unknown): string | undefined {
  if (typeof given !== 'string' || given === '') return undefined;
  try {
    const url = new URL(given, document.baseURI);
    const plain = (url.protocol === 'https:' || url.protocol === 'http:') && !url.username && !url.password;
    return plain ? url.href : undefined;
  } catch {
    return undefined;
  }
}

const ICONS = {
  like: 'M12 20.2S3.8 15.4 3.8 9.4A4.5 4.5 0 0 1 12 6.8a4.5 4.5 0 0 1 8.2 2.6c0 6-8.2 10.8-8.2 10.8Z',
  dislike: 'M5 12a7 7 0 1 0 14 0a7 7 0 1 0-14 0M7.2 7.2l9.6 9.6',
  purchase: 'M5 12.5l4.6 4.6L19.4 7.4',
  click: 'M6 18L18 6M9 6h9v9',
  close: 'M6 6l12 12M18 6L6 18',
  text: 'M5 6h14v9H12l-4 4v-4H5Z',
  undo: 'M9 5L4.5 9.5L9 14M5 9.5h9a5 5 0 0 1 0 10h-3',
} as const;

/** The name of an icon. */
export type Icon = keyof typeof ICONS;

/** A line drawing, 24 by 24, hidden from screen readers. */
export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'icon');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('d', ICONS[name]);
  svg.append(line);
  return svg;
}

/** A property that the page set before the element knew its class. */
export function own<T>(element: object, name: string): T | undefined {
  return Object.hasOwn(element, name) ? ((element as Record<string, unknown>)[name] as T) : undefined;
}
