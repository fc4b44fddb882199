// Derives a provider's argument tables from its own schema:
//   terraform providers schema -json > SCHEMA
//   node scripts/bindings.mjs SCHEMA aws > lib/bindings/aws.table.ts
//   node scripts/bindings.mjs SCHEMA aws --fixture > test/bindings/fixtures/aws-schema.json
// Which arguments a table holds stands in scripts/bindings/PROVIDER.json: names to take, `!name` to leave out at any depth.
// Required arguments are always taken, deprecated ones never. The fixture holds every argument of the same resources.
import { readFileSync } from 'node:fs';

const [file, provider, mode] = process.argv.slice(2);
if (!file || !provider) {
  console.error('usage: node scripts/bindings.mjs SCHEMA PROVIDER [--fixture]');
  process.exit(2);
}
const wants = JSON.parse(readFileSync(new URL(`./bindings/${provider}.json`, import.meta.url), 'utf8'));
const schemas = Object.entries(JSON.parse(readFileSync(file, 'utf8')).provider_schemas);
const [, schema] = schemas.find(([source]) => source.endsWith(`/${provider}`)) ?? [];
if (!schema) fail(`${file} has no provider ${provider}`);

/** The word for a type; what a table cannot say stays out of it and is `any` in the fixture. */
function word(type) {
  if (typeof type === 'string') return type;
  const [outer, inner] = type;
  if (outer === 'map') return inner === 'string' ? 'map' : undefined;
  return inner === 'string' ? 'strings' : inner === 'number' ? 'numbers' : undefined;
}

function table(block, take, fixture) {
  const result = {};
  for (const [name, a] of Object.entries(block.attributes ?? {})) {
    const settable = a.required || a.optional;
    if (!settable || !take(name, a.required, a.deprecated)) continue;
    const leaf = word(a.type ?? 'any') ?? (fixture ? 'any' : undefined);
    if (leaf) result[name] = a.required ? `${leaf}!` : leaf;
  }
  for (const [name, b] of Object.entries(block.block_types ?? {})) {
    const needed = (b.min_items ?? 0) > 0;
    if (!take(name, needed, b.block.deprecated)) continue;
    const one = b.nesting_mode === 'single' || b.max_items === 1;
    const inner = table(b.block, (n, r, d) => take(n, r, d, true), fixture);
    result[name] = { [one ? 'one' : 'many']: inner, ...(needed ? { needed: true } : {}) };
  }
  return Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function chooser(list) {
  const without = list.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
  return (name, required, deprecated, nested) => {
    if (required) return true;
    if (deprecated || without.includes(name)) return false;
    return nested || list.includes(name);
  };
}

const everything = () => true;
const groups = { resources: 'resource_schemas', data: 'data_source_schemas', ephemeral: 'ephemeral_resource_schemas' };
const fixture = mode === '--fixture';
const out = { provider: table(schema.provider.block, fixture ? everything : chooser(wants.provider), fixture) };
for (const [group, key] of Object.entries(groups)) {
  out[group] = {};
  for (const type of Object.keys(wants[group] ?? {}).sort()) {
    const block = schema[key]?.[type]?.block;
    if (!block) fail(`${file} has no ${group} ${type}`);
    const list = wants[group][type];
    for (const name of list.filter((n) => !n.startsWith('!'))) {
      if (!block.attributes?.[name] && !block.block_types?.[name]) fail(`${type} has no argument ${name}`);
    }
    out[group][type] = table(block, fixture ? everything : chooser(list), fixture);
  }
}

if (fixture) {
  const types = (group) =>
    Object.entries(out[group]).map(([type, inner]) => `    ${JSON.stringify(type)}: ${JSON.stringify(inner)}`);
  const parts = Object.keys(groups).map((group) => `  "${group}": {\n${types(group).join(',\n')}\n  }`);
  console.log(`{\n  "provider": ${JSON.stringify(out.provider)},\n${parts.join(',\n')}\n}`);
} else {
  const lines = [`// Generated from the provider's schema by scripts/bindings.mjs; do not edit.`];
  const put = (name, value) => {
    lines.push(`export const ${provider}${name} = {`);
    for (const [key, inner] of Object.entries(value)) lines.push(`  ${key}: ${source(inner)},`);
    lines.push('} as const;');
  };
  put('Provider', out.provider);
  put('Resources', out.resources);
  put('Data', out.data);
  put('Ephemeral', out.ephemeral);
  console.log(lines.join('\n'));
}

function source(value) {
  if (typeof value !== 'object') return typeof value === 'string' ? `'${value}'` : String(value);
  const inner = Object.entries(value).map(([key, v]) => `${key}: ${source(v)}`);
  return inner.length ? `{ ${inner.join(', ')} }` : '{}';
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
