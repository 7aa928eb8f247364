// What each column of a file is: shown as a table that the reader can correct.

import { el } from './dom.js';
import type { BuildReport, Role } from './predilect/build.js';
import type { Head } from './table.js';
import { dropReason, type OwnWord, o } from './words-own.js';

/** What a column may be: what the recommender knows, what cards show, or neither. */
export type ColumnRole = Role | 'price' | 'url' | 'field' | 'nothing';

/** The role of each column. */
export type Roles = Map<string, ColumnRole>;

const CHOICES: readonly [ColumnRole, OwnWord][] = [
  ['title', 'asTitle'],
  ['text', 'asText'],
  ['tags', 'asTags'],
  ['category', 'asCategory'],
  ['price', 'asPrice'],
  ['url', 'asUrl'],
  ['lang', 'asLang'],
  ['date', 'asDate'],
  ['popularity', 'asPopularity'],
  ['id', 'asId'],
  ['field', 'asField'],
  ['nothing', 'asNothing'],
];

/** Usual names of what only cards show. */
const SHOWN: Record<'price' | 'url', RegExp> = {
  price: /^(price|cost|amount|preis|价格|售价|单价)$/i,
  url: /^(url|link|href|address|website|网址|链接)$/i,
};

/** The roles that the builder gave, and what else the names of columns say. */
export function rolesOf(head: Head, report: BuildReport | undefined): Roles {
  const roles: Roles = new Map(head.columns.map((column) => [column, 'field']));
  for (const column of head.columns) {
    for (const role of ['price', 'url'] as const) if (SHOWN[role].test(column)) roles.set(column, role);
  }
  for (const [role, columns] of Object.entries(report?.mapping ?? {})) {
    for (const column of Object.keys(columns)) if (roles.has(column)) roles.set(column, role as Role);
  }
  return roles;
}

/** The roles as a build takes them. */
export function asOptions(roles: Roles): { columns: Partial<Record<Role, string[]>>; drop: string[] } {
  const columns: Partial<Record<Role, string[]>> = {};
  const drop: string[] = [];
  for (const [column, role] of roles) {
    if (role === 'nothing') drop.push(column);
    else if (role !== 'field' && role !== 'price' && role !== 'url') columns[role] = [...(columns[role] ?? []), column];
  }
  return { columns, drop };
}

/** The column of a role that only cards show. */
export function columnOf(roles: Roles, role: 'price' | 'url'): string | undefined {
  return [...roles].find(([, own]) => own === role)?.[0];
}

/** The table: a column each, its first cells, and what it is. */
export function columnTable(
  head: Head,
  roles: Roles,
  changed: (column: string, role: ColumnRole) => void,
): HTMLElement {
  const choice = (column: string): HTMLElement => {
    const select = el(
      'select',
      {
        'aria-label': o('role', { column }),
        'data-column': column,
        onchange: () => changed(column, select.value as ColumnRole),
      },
      ...CHOICES.map(([role, word]) => el('option', { value: role, selected: roles.get(column) === role }, o(word))),
    );
    return select;
  };
  return el(
    'div',
    // What is wider than the page is reached with the keyboard, too.
    { class: 'columns-scroll', tabindex: 0, role: 'region', 'aria-labelledby': 'columns-title' },
    el(
      'table',
      { class: 'columns-table' },
      el('thead', {}, el('tr', {}, ...head.columns.map((column) => el('th', { scope: 'col' }, column)))),
      el(
        'tbody',
        {},
        el('tr', {}, ...head.columns.map((column) => el('td', {}, choice(column)))),
        ...head.rows.map((row) => el('tr', {}, ...head.columns.map((_, at) => el('td', {}, row[at] ?? '')))),
      ),
    ),
  );
}

/** What was left out and why, with the first cases. */
export function leftOut(report: BuildReport): HTMLElement | false {
  if (report.dropped.length === 0) return false;
  return el(
    'details',
    { class: 'left-out' },
    el(
      'summary',
      {},
      `${o('leftOut')}: ${report.dropped.map(({ reason, count }) => dropReason(reason, count)).join(', ')}`,
    ),
    el(
      'ul',
      {},
      ...report.dropped.flatMap(({ samples }) =>
        samples.map(({ line, message }) => el('li', {}, o('line', { line: String(line), message }))),
      ),
    ),
  );
}
