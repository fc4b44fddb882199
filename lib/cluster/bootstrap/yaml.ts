type Json = Readonly<Record<string, unknown>>;

// A word that YAML 1.1 cannot take for anything but text.
const PLAIN = /^[A-Za-z/_][\w./:-]*$/;
const TYPED = /^(y|n|yes|no|on|off|true|false|null|~|\.?inf|\.?nan)$/i;

/** Plain values as a block of YAML that every parser reads alike. */
export function toYaml(value: Json): string {
  return lines(value).join('\n') + '\n';
}

function lines(value: Json): string[] {
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .flatMap(([key, inner]) => entry(scalar(key), inner));
}

function entry(key: string, value: unknown): string[] {
  if (!isBlock(value)) return [`${key}: ${scalar(value)}`];
  return [`${key}:`, ...(Array.isArray(value) ? items(value) : lines(value as Json)).map((line) => `  ${line}`)];
}

function items(values: readonly unknown[]): string[] {
  return values.flatMap((value) => {
    if (!isBlock(value)) return [`- ${scalar(value)}`];
    const [first = '', ...rest] = Array.isArray(value) ? items(value) : lines(value as Json);
    return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
  });
}

function isBlock(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function scalar(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value) && !TYPED.test(value) && !value.endsWith(':')) return value;
  return JSON.stringify(value);
}
