import { loadAll, YAMLException, type LoadOptions, type Mark, type State } from 'js-yaml';
import { Failure } from '../exits';
import { viewAt } from '../../lib/policy/view';

/** A document of a file. */
export interface Document {
  /** The file, as the user would name it. */
  readonly file: string;
  /** What is in it. */
  readonly value: unknown;
  /** The line of a place in an object of it, or of the nearest place above. */
  lineOf(object: unknown, pointer: string): number | undefined;
}

/** Where each map and list begins, and where each of their keys and elements stands. */
interface Place {
  readonly line: number;
  readonly within: ReadonlyMap<string | number, number>;
}

/** The parser's state, with what its types leave out. */
type Parsing = State & { readonly depth: number };

/** A node that the parser has come to the end of. */
interface Closed {
  readonly line: number;
  readonly value: unknown;
}

/** What the parser makes of a map that is a key, as in `{{ .Values.x }}`; the API server refuses it. */
const MAP_AS_KEY = '[object Object]';

/** The documents of a text of YAML or JSON, which YAML contains. */
export function documentsIn(file: string, text: string): Document[] {
  const places = new Map<unknown, Place>();
  const listener = listenerFor(places) as LoadOptions['listener'];
  const lineOf = (object: unknown, pointer: string) => lineIn(places, object, pointer);
  try {
    return loadAll(text, null, { filename: file, listener }).map((value) => ({ file, value, lineOf }));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new Failure(`${file}:${error.mark.line + 1}: is no YAML: ${error.reason}${hint(text)}`);
  }
}

/** The parser tells of every node when it comes to it and when it knows it; those within a node come between. */
function listenerFor(places: Map<unknown, Place>) {
  const lines: number[] = [];
  const closed: Closed[][] = [];
  return function (this: State, event: 'open' | 'close', state: Parsing): void {
    const { depth } = state;
    if (event === 'open') {
      lines[depth] = lineAhead(state);
      closed[depth + 1] = [];
      return;
    }
    const line = lines[depth] ?? 0;
    const value: unknown = state.result;
    // An alias is the same value a second time: it stands where it was written.
    if (typeof value === 'object' && value !== null && !places.has(value)) {
      if (Object.hasOwn(value, MAP_AS_KEY)) throw new YAMLException('a map is a key', { line: line - 1 } as Mark);
      places.set(value, { line, within: keyLines(value, closed[depth + 1] ?? []) });
    }
    (closed[depth] ??= []).push({ line, value });
  };
}

/** The line of what comes next: the parser may stand before blanks, comments and line ends. */
function lineAhead({ input, position, line }: State): number {
  const between = /(?:[ \t\r\n]|#[^\n]*)*/y;
  between.lastIndex = position;
  const [passed = ''] = between.exec(input) ?? [];
  return line + passed.split('\n').length;
}

function keyLines(value: object, nodes: readonly Closed[]): Map<string | number, number> {
  const lines = new Map<string | number, number>();
  if (Array.isArray(value)) {
    const first = nodes.length - value.length;
    value.forEach((element, index) => {
      const node = nodes[first + index];
      if (node && Object.is(node.value, element)) lines.set(index, node.line);
    });
    return lines;
  }
  // Keys and values take turns, but for what the parser tried and took back, and for what was merged in.
  const inTurn = nodes.length === 2 * Object.keys(value).length;
  nodes.forEach(({ line, value: key }, index) => {
    const next = nodes[index + 1];
    if ((typeof key !== 'string' && typeof key !== 'number') || !next || (inTurn && index % 2 === 1)) return;
    const own = Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
    if (Object.is(own, next.value)) lines.set(String(key), line);
  });
  return lines;
}

function lineIn(places: ReadonlyMap<unknown, Place>, object: unknown, pointer: string): number | undefined {
  let line = places.get(object)?.line;
  const keys = pointer.split('/').slice(1);
  keys.forEach((key, index) => {
    const above = viewAt(
      object,
      keys
        .slice(0, index)
        .map((one) => `/${one}`)
        .join(''),
    ).value;
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    line = places.get(above)?.within.get(Array.isArray(above) ? Number(name) : name) ?? line;
  });
  return line;
}

function hint(text: string): string {
  return /\{\{/.test(text) ? '; templates of Helm have to be rendered first: helm template … | … check -' : '';
}
