/** A value in an object, and where in it: what is not there is a view too, so that nothing has to be asked twice. */
export class View {
  constructor(
    /** The value; anything that JSON can hold, or nothing. */
    public readonly value: unknown,
    private readonly parent?: View,
    private readonly key: string | number = '',
  ) {}

  /** What is at these keys, one below the other. */
  public get(...keys: readonly (string | number)[]): View {
    return follow(this, keys);
  }

  /** The elements of a list; none of anything else. */
  public get items(): View[] {
    return Array.isArray(this.value) ? this.value.map((one, index) => new View(one, this, index)) : [];
  }

  /** The names and values of a map; none of anything else. */
  public get entries(): [string, View][] {
    return isMap(this.value) ? Object.entries(this.value).map(([key, one]) => [key, new View(one, this, key)]) : [];
  }

  /** Whether there is a value; null is none. */
  public get given(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** The text, if it is one. */
  public get text(): string | undefined {
    return typeof this.value === 'string' ? this.value : undefined;
  }

  /** The number, if it is one. */
  public get number(): number | undefined {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : undefined;
  }

  /** Text or number as text, such as a port that may be named. */
  public get word(): string | undefined {
    return this.text ?? this.number?.toString();
  }

  /** The texts of a list. */
  public get texts(): string[] {
    return this.items.flatMap(({ text }) => text ?? []);
  }

  /** The texts of a map, such as labels. */
  public get labels(): ReadonlyMap<string, string> {
    return new Map(this.entries.flatMap(([key, { text }]) => (text === undefined ? [] : [[key, text] as const])));
  }

  /** How many elements a list or a map has. */
  public get size(): number {
    if (Array.isArray(this.value)) return this.value.length;
    return isMap(this.value) ? Object.keys(this.value).length : 0;
  }

  /**
   * Where it is, as a JSON pointer.
   *
   * @see https://www.rfc-editor.org/rfc/rfc6901
   */
  public get pointer(): string {
    if (!this.parent) return '';
    return `${this.parent.pointer}/${String(this.key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
}

/** The value at a JSON pointer, as deep as there is one. */
export function viewAt(root: unknown, pointer: string): View {
  const keys = pointer.split('/').slice(1);
  return new View(root).get(...keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')));
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A loop, since rules ask this some hundred times of each object. */
function follow(start: View, keys: readonly (string | number)[]): View {
  let view = start;
  for (const key of keys) view = new View(own(view.value, key), view, key);
  return view;
}

function own(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[key];
}
