import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as yaml from 'js-yaml';
import { rightsOf } from '../scripts/deployer-rights';
import { fingerprint } from './support/fingerprint';
import { checkAgainstSchema } from './support/schema';
import { secretsIn } from './support/secrets';
import { TOPOLOGIES } from './support/topologies';
import { bothStacks } from './support/topology';
import { userDataOf } from './support/user-data';

const root = join(__dirname, '..');
const goldens = join(__dirname, 'goldens');
const temporary = mkdtempSync(join(tmpdir(), 'goldens-'));
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

/** What each topology synthesizes to, built once for all the checks below. */
const all = Object.entries(TOPOLOGIES).map(([name, topology]) => {
  const stacks = bothStacks(topology);
  return { name, stacks, nodes: userDataOf(stacks.hosts), found: fingerprint(stacks) };
});
const golden = (name: string) => JSON.parse(readFileSync(join(goldens, `${name}.json`), 'utf8'));

test('there are at least 25 topologies, and a golden for each', () => {
  expect(all.length).toBeGreaterThanOrEqual(25);
  const names = readdirSync(goldens).map((file) => file.replace('.json', ''));
  expect(names.filter((name) => name !== 'previous-release').sort()).toEqual(all.map(({ name }) => name).sort());
});

test.each(all)("$name: every resource fits its provider's schema", ({ stacks }) => {
  expect(Object.values(stacks).flatMap(checkAgainstSchema)).toEqual([]);
});

test('the table of the deployer knows the rights for every resource of every topology', () => {
  const types = all.flatMap(({ stacks }) => Object.values(stacks).flatMap((json) => [...rightsOf(json).keys()]));
  expect(new Set(types).size).toBeGreaterThan(30);
});

test.each(all)('$name: nothing secret is synthesized', ({ stacks, nodes }) => {
  const texts = nodes.flatMap(({ text, files }) => [text, ...files.map(({ content }) => content)]);
  expect([JSON.stringify(stacks), ...texts].flatMap(secretsIn)).toEqual([]);
});

test.each(all)('$name: is what its golden says; after a wanted change run npx tsx scripts/goldens.ts', (one) => {
  expect(one.found).toEqual(golden(one.name));
});

test('the scanner finds what is secret', () => {
  expect(
    secretsIn('token abcdef.0123456789abcdef, AKIAABCDEFGHIJKLMNOP, -----BEGIN EC PRIVATE KEY-----').sort(),
  ).toEqual(['a bootstrap token', 'a private key', 'an AWS access key id']);
});

test('the same topology has the same bytes each time', () => {
  for (const name of ['three-control-planes-three-zones', 'many-pools', 'node-overrides']) {
    const first = all.find((one) => one.name === name)?.stacks;
    expect(JSON.stringify(bothStacks(TOPOLOGIES[name]))).toBe(JSON.stringify(first));
  }
});

/** Every node file of every topology, each text once. */
function nodeFiles(): { path: string; content: string }[] {
  const files = all.flatMap(({ nodes }) => nodes.flatMap((node) => node.files));
  return [...new Map(files.map((file) => [`${file.path}\n${file.content}`, file])).values()];
}

test('each kind of node gets files', () => {
  for (const { name, nodes } of all) {
    const counts = nodes.map(({ files }) => files.length);
    expect({ name, least: Math.min(...counts) > 10 }).toEqual({ name, least: true });
  }
});

test('every script of every node parses', () => {
  const scripts = nodeFiles().filter(({ path, content }) => /^#!.*sh\n/.test(content) || path.endsWith('.sh'));
  const paths = scripts.map(({ content }, index) => {
    const path = join(temporary, `${index}.sh`);
    writeFileSync(path, content);
    return path;
  });
  const check = 'for file; do bash -n "$file" || echo "$file"; done';
  const { stdout, stderr } = spawnSync('bash', ['-c', check, 'bash', ...paths], { encoding: 'utf8' });
  expect(paths.length).toBeGreaterThan(15);
  expect(stdout + stderr).toBe('');
});

test('every YAML and JSON file of every node can be read', () => {
  const files = nodeFiles().filter(({ path }) => /\.(ya?ml|json)$/.test(path));
  const unread = files.filter(({ path, content }) => {
    const documents = path.endsWith('.json') ? [JSON.parse(content) as unknown] : yaml.loadAll(content);
    return documents.length === 0 || documents.some((document) => typeof document !== 'object');
  });
  expect(files.length).toBeGreaterThan(15);
  expect(unread).toEqual([]);
});

test('a node answers to nobody: no user, no key, no SSH', () => {
  const own = all.flatMap(({ nodes }) => nodes.map(({ documents }) => documents.at(-1)));
  for (const document of own) {
    expect(document).toMatchObject({ users: [{ name: 'root', lock_passwd: true }], ssh_pwauth: false });
  }
});

describe('the previous release', () => {
  const previous = JSON.parse(readFileSync(join(goldens, 'previous-release.json'), 'utf8')) as {
    topologies: Record<string, Record<string, string>>;
  };
  const now = (name: string) => all.find((one) => one.name === name)?.found.resources ?? {};

  test('had no address that is gone: nothing is destroyed by a newer version', () => {
    const gone = Object.entries(previous.topologies).flatMap(([name, addresses]) =>
      Object.keys(addresses)
        .filter((address) => !(address in now(name)))
        .map((address) => `${name}: ${address}`),
    );
    expect(gone).toEqual([]);
  });

  test('had the same arguments: a plan of a newer version is empty', () => {
    const changed = Object.entries(previous.topologies).filter(
      ([name, addresses]) => JSON.stringify(addresses) !== JSON.stringify(now(name)),
    );
    expect(
      changed.map(([name, before]) => [
        name,
        Object.entries(now(name)).filter(([address, hash]) => before[address] !== hash),
      ]),
    ).toEqual([]);
  });
});

test('cdktn, the fork of cdktf, synthesizes the same but for its name and version', () => {
  const file = join(temporary, 'cdktn.json');
  const hook = join(__dirname, 'support', 'under-cdktn.cjs');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--require', hook, '--import', 'tsx', join(__dirname, 'support', 'write-topologies.ts'), file],
    { cwd: root, encoding: 'utf8' },
  );
  expect({ status, stderr, written: existsSync(file) }).toEqual({ status: 0, stderr: '', written: true });
  const version = (name: string) =>
    (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
  const versions = { own: [version('cdktf')], others: [version('cdktn')] };
  const fork = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, any>>;
  for (const { name, stacks } of all) {
    const [own, others] = [apart(stacks), apart(fork[name]!)];
    expect(others.text).toBe(own.text);
    expect({ own: own.versions, others: others.versions }).toEqual(versions);
  }
}, 120_000);

/** The text of stacks without the version in their comment, and that version. */
function apart(stacks: Readonly<Record<string, any>>) {
  const versions = new Set<string>();
  const text = JSON.stringify(stacks, (key, value) => {
    if (key !== 'metadata' || value.stackName === undefined) return value as unknown;
    const { version, ...rest } = value;
    versions.add(version);
    return rest as unknown;
  });
  return { text, versions: [...versions] };
}
