import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Kind = string | { readonly needed?: true; readonly one?: Fields; readonly many?: Fields };
type Fields = Readonly<Record<string, Kind>>;
type Values = Readonly<Record<string, unknown>>;

/** The provider's schema, cut to the resources that are used; see scripts/bindings.mjs. */
export const AWS_SCHEMA = JSON.parse(
  readFileSync(join(__dirname, '../bindings/fixtures/aws-schema.json'), 'utf8'),
) as Readonly<Record<'resources' | 'data' | 'ephemeral', Readonly<Record<string, Fields>>>> & { provider: Fields };

const META = new Set(['//', 'count', 'depends_on', 'for_each', 'lifecycle', 'provider']);
// Terraform's own, and those whose bindings their makers generated.
const OTHERS = /^(terraform_data|helm_|kubernetes_)/;

/** What Terraform would refuse in a synthesized stack: unknown types and arguments, missing ones, wrong types. */
export function checkAgainstSchema(json: Values): string[] {
  const problems: string[] = [];
  for (const [group, schemas] of [
    ['resource', AWS_SCHEMA.resources],
    ['data', AWS_SCHEMA.data],
    ['ephemeral', AWS_SCHEMA.ephemeral],
  ] as const) {
    for (const [type, instances] of entries(json[group])) {
      if (OTHERS.test(type)) continue;
      const fields = schemas[type];
      if (!fields) problems.push(`${group} ${type} is not in the schema`);
      else for (const [id, values] of entries(instances)) problems.push(...check(fields, values, `${type}.${id}`));
    }
  }
  const providers = (json.provider as Readonly<Record<string, unknown[]>> | undefined)?.aws ?? [];
  providers.forEach((values) => problems.push(...check(AWS_SCHEMA.provider, values, 'provider.aws')));
  return problems;
}

const entries = (value: unknown): [string, unknown][] => Object.entries((value ?? {}) as Values);

function check(fields: Fields, given: unknown, at: string): string[] {
  const values = Object.fromEntries(entries(given).filter(([name]) => name !== 'alias' && !META.has(name)));
  const problems = Object.entries(values).flatMap(([name, value]) => {
    const kind = fields[name];
    return kind === undefined ? [`${at}.${name} is unknown`] : checkValue(kind, value, `${at}.${name}`);
  });
  for (const [name, kind] of Object.entries(fields)) {
    const must = typeof kind === 'string' ? kind.endsWith('!') : kind.needed;
    if (must && !(name in values)) problems.push(`${at}.${name} is missing`);
  }
  const { ignore_changes: ignored = [] } = ((given as Values).lifecycle ?? {}) as { ignore_changes?: string[] | 'all' };
  for (const name of ignored === 'all' ? [] : ignored)
    if (!(name in fields)) problems.push(`${at} ignores ${name}, which is unknown`);
  return problems;
}

function checkValue(kind: Kind, value: unknown, at: string): string[] {
  if (typeof kind === 'string')
    return fits(kind.replace('!', ''), value) ? [] : [`${at} is no ${kind.replace('!', '')}`];
  const inner = kind.one ?? kind.many ?? {};
  const blocks = Array.isArray(value) ? value : [value];
  if (kind.one && blocks.length > 1) return [`${at} is there more than once`];
  return blocks.flatMap((block, index) => check(inner, block, blocks.length > 1 ? `${at}[${index}]` : at));
}

const expression = (value: unknown) => typeof value === 'string' && value.includes('${');

function fits(kind: string, value: unknown): boolean {
  if (expression(value) || kind === 'any') return true;
  if (kind === 'string') return typeof value === 'string';
  if (kind === 'number') return typeof value === 'number';
  if (kind === 'bool') return typeof value === 'boolean';
  if (kind === 'map')
    return typeof value === 'object' && Object.values(value as object).every((item) => typeof item === 'string');
  return Array.isArray(value) && value.every((item) => fits(kind === 'strings' ? 'string' : 'number', item));
}
