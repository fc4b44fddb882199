import { ValidationError, type Located } from './errors';
import { nearest } from './nearest';

/** What every construct that is installed by Helm lets its user choose. */
export interface HelmOptions {
  /**
   * The chart's version.
   *
   * @default - the one this library was tested with
   */
  readonly chartVersion?: string;

  /**
   * Further values of the chart; they come last and win.
   *
   * @default - none
   */
  readonly values?: Readonly<Record<string, unknown>>;
}

/**
 * The keys that a chart knows.
 *
 * `a b(c d) e@x *(f)`: a; b with c and d below it; e with what is shared under the name x; any key, with f below it.
 * Below a key without brackets everything is allowed.
 */
export interface KeyTree {
  /** The keys at the top. */
  readonly keys: string;
  /** Parts that stand in several places, by name. */
  readonly shared: Readonly<Record<string, string>>;
}

/**
 * Holds values to the keys that a chart knows: Helm itself takes a misspelt key and does nothing.
 *
 * @throws ValidationError naming the key and the nearest one there is
 */
export function checkValues(at: Located, property: string, values: unknown, known: KeyTree): void {
  checkLevel(values, known.keys, []);

  function checkLevel(value: unknown, keys: string, path: readonly string[]): void {
    if (Array.isArray(value)) {
      for (const item of value) checkLevel(item, keys, path);
      return;
    }
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return;
    const below = level(keys, known.shared);
    if (below.size === 0) return;
    for (const [key, next] of Object.entries(value)) {
      const inner = below.get(key) ?? below.get('*');
      if (inner === undefined) {
        const cure = [...path, nearest(key, [...below.keys()])].join('.');
        throw new ValidationError(
          at,
          `${property} must hold keys of the chart, got ${[...path, key].join('.')}; use ${cure}`,
        );
      }
      checkLevel(next, inner, [...path, key]);
    }
  }
}

/**
 * Values as Helm takes them: ours, then the user's in a document of their own, which Helm merges over ours.
 *
 * Text is kept from Terraform, which would read `${` and `%{` as its own; what it put there itself stays.
 */
export function helmValues(own: Readonly<Record<string, unknown>>, user?: Readonly<Record<string, unknown>>): string[] {
  return [own, ...(user && Object.keys(user).length > 0 ? [user] : [])].map((document) =>
    JSON.stringify(document, null, 2)
      .replace(/\$\{(?!TfToken\[)/g, '$$${')
      .replace(/%\{/g, '%%{'),
  );
}

/** The names of one level, each with the text of the level below it. */
function level(keys: string, shared: KeyTree['shared']): Map<string, string> {
  const names = new Map<string, string>();
  for (let rest = keys; rest !== '';) {
    const name = /^[^ (@]+/.exec(rest)?.[0] ?? '';
    rest = rest.slice(name.length);
    const inner = rest.startsWith('(') ? rest.slice(1, closing(rest)) : undefined;
    const reference = /^@(\w+)/.exec(rest)?.[1];
    names.set(name, inner ?? (reference === undefined ? '' : (shared[reference] ?? '')));
    rest = rest.slice(inner === undefined ? (reference?.length ?? -1) + 1 : inner.length + 2).trimStart();
  }
  return names;
}

function closing(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '(') depth++;
    if (text[index] === ')' && --depth === 0) return index;
  }
  return text.length;
}
