import { Token } from 'cdktf';
import type { IResolvable } from 'cdktf';
import { ValidationError, type Located } from '../core/errors';
import { nearest } from '../core/nearest';

interface Kinds {
  string: string;
  number: number;
  bool: boolean | IResolvable;
  strings: readonly string[];
  numbers: readonly number[];
  map: Readonly<Record<string, string>>;
}
type Leaf = keyof Kinds | `${keyof Kinds}!`;

/** A nested block: `one` at most, or `many`. */
export type Block = { readonly needed?: true } & ({ readonly one: Table } | { readonly many: Table });

/** The arguments of a resource, as its provider names them; `!` marks what must be given. */
export interface Table {
  readonly [argument: string]: Leaf | Block;
}

type Needed<K> = K extends `${string}!` ? true : K extends { needed: true } ? true : false;
type Value<K> = K extends { one: infer B extends Table }
  ? Args<B>
  : K extends { many: infer B extends Table }
    ? readonly Args<B>[]
    : K extends `${infer L extends keyof Kinds}!`
      ? Kinds[L]
      : K extends keyof Kinds
        ? Kinds[K]
        : never;

// One object type: of an intersection with an empty half, the compiler would take a text too.
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** The typed form of a table. */
export type Args<T extends Table> = Flat<
  { [K in keyof T as Needed<T[K]> extends true ? K : never]: Value<T[K]> } & {
    [K in keyof T as Needed<T[K]> extends true ? never : K]?: Value<T[K]> | undefined;
  }
>;

/** Arguments as they were given. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * The arguments without those that are undefined, held to the table at run time too: plain JavaScript has no compiler.
 *
 * @throws ValidationError naming the argument and the nearest one there is
 */
export function checkArguments(at: Located, type: string, table: Table, values: Values): Values {
  return checkTable(at, table, values, type, '');
}

function checkTable(at: Located, table: Table, values: Values, type: string, path: string): Values {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  for (const [key, value] of given) {
    if (Object.hasOwn(table, key)) continue;
    const cure = nearest(key, Object.keys(table)) ?? 'none: it takes no arguments';
    throw new ValidationError(at, `${path}${key} must be an argument of ${type}, got ${words(value)}; use ${cure}`);
  }
  for (const [key, kind] of Object.entries(table)) {
    const must = typeof kind === 'string' ? kind.endsWith('!') : kind.needed;
    if (must && !given.some(([name]) => name === key)) {
      throw new ValidationError(at, `${path}${key} must be given to ${type}, got nothing; add it`);
    }
  }
  return Object.fromEntries(given.map(([key, value]) => [key, checkValue(at, table[key], value, type, path + key)]));
}

function checkValue(at: Located, kind: Leaf | Block | undefined, value: unknown, type: string, path: string): unknown {
  if (kind === undefined) return value;
  if (typeof kind === 'string') {
    const [leaf = ''] = kind.split('!');
    // Before any look for tokens, which reads long texts to their end.
    if (fits[leaf]?.(value) || Token.isUnresolved(value)) return value;
    throw new ValidationError(
      at,
      `${path} of ${type} must be ${articles[leaf] ?? leaf}, got ${words(value)}; give one`,
    );
  }
  if (Token.isUnresolved(value)) return value;
  if ('one' in kind && isObject(value)) return checkTable(at, kind.one, value, type, `${path}.`);
  if ('many' in kind && Array.isArray(value)) {
    return value.map((item: unknown, index) => checkValue(at, { one: kind.many }, item, type, `${path}[${index}]`));
  }
  const wanted = 'one' in kind ? 'a block' : 'a list of blocks';
  throw new ValidationError(at, `${path} of ${type} must be ${wanted}, got ${words(value)}; give one`);
}

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const each = (value: unknown, test: (item: unknown) => boolean) =>
  Array.isArray(value) && value.every((item) => Token.isUnresolved(item) || test(item));
const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isText,
  number: isNumber,
  bool: (value) => typeof value === 'boolean',
  strings: (value) => each(value, isText),
  numbers: (value) => each(value, isNumber),
  map: (value) => isObject(value) && each(Object.values(value), isText),
};
const articles: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  bool: 'true or false',
  strings: 'a list of strings',
  numbers: 'a list of numbers',
  map: 'a map of strings',
};

function words(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
}
