import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as yaml from 'js-yaml';
import { userDataOf } from './support/user-data';
import { checkAgainstSchema } from './support/schema';
import { secretsIn } from './support/secrets';
import { TOPOLOGIES } from './support/topologies';
import { synthesized } from './support/topology';

/** What one topology synthesizes to; each is built once for all the checks below. */
const all = Object.entries(TOPOLOGIES).map(([name, topology]) => ({ name, json: synthesized(topology) }));
const goldens = join(__dirname, 'goldens');

test('there are at least 25 topologies', () => {
  expect(all.length).toBeGreaterThanOrEqual(25);
});

test.each(all)('$name: every resource fits its provider\'s schema', ({ json }) => {
  expect(checkAgainstSchema(json)).toEqual([]);
});

test.each(all)('$name: nothing secret is synthesized', ({ json }) => {
  const texts = [JSON.stringify(json), ...userDataOf(json).flatMap(({ text, files }) => [text, ...files.map(({ content }) => content)])];
  expect(texts.flatMap(secretsIn)).toEqual([]);
});

test.each(all)('$name: every script parses and every YAML file can be read', ({ json }) => {
  for (const { files } of userDataOf(json)) {
    for (const { path, content } of files) {
      if (content.startsWith('#!')) execFileSync('bash', ['-n'], { input: content });
      if (/\.ya?ml$/.test(path)) expect(() => yaml.loadAll(content)).not.toThrow();
    }
  }
});

test.each(all)('$name: resources keep their addresses, and node files their content', ({ name, json }) => {
  const golden = join(goldens, `${name}.json`);
  const now = fingerprint(json);
  expect(existsSync(golden) ? JSON.parse(readFileSync(golden, 'utf8')) : 'run: npx tsx scripts/goldens.ts').toEqual(now);
});

test('a resource of the previous release keeps its address', () => {
  const previous = JSON.parse(readFileSync(join(goldens, 'previous-release.json'), 'utf8')) as Record<string, string[]>;
  for (const [name, addresses] of Object.entries(previous)) {
    const now = fingerprint(all.find((one) => one.name === name)?.json ?? {}).resources;
    expect(addresses.filter((address) => !now.includes(address))).toEqual([]);
  }
});

/** Addresses in full, contents as hashes: small enough to be read in a diff. */
export function fingerprint(json: Record<string, any>) {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
  return {
    resources: Object.entries((json.resource ?? {}) as Record<string, object>)
      .flatMap(([type, of]) => Object.keys(of).map((id) => `${type}.${id}`))
      .sort(),
    files: Object.fromEntries(
      userDataOf(json).map(({ name, files }) => [name, Object.fromEntries(files.map(({ path, mode, content }) => [path, `${mode} ${hash(content)}`]))]),
    ),
    terraform: hash(JSON.stringify(json)),
  };
}
