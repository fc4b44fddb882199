import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAgainstSchema } from './support/schema';
import { secretsIn } from './support/secrets';
import { page } from '../scripts/deployer-rights';

const root = join(__dirname, '..');
const record = join(root, 'examples/production/shop.record.json');
const recorded = readFileSync(record, 'utf8');
const out = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(() => {
  rmSync(out, { recursive: true, force: true });
});

/** Runs a command of package.json as a user does, with output in a folder of its own. */
function run(...args: string[]): string {
  return execFileSync(process.execPath, ['--import', 'tsx', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CDKTF_OUTDIR: out },
  });
}

const stacks = () =>
  Object.fromEntries(
    readdirSync(join(out, 'stacks')).map((name) => [
      name,
      JSON.parse(readFileSync(join(out, 'stacks', name, 'cdk.tf.json'), 'utf8')) as Record<string, any>,
    ]),
  );

test('npm start says what the production example would build, in at most 25 lines', () => {
  const text = run('cli/start.ts');
  expect(text.trim().split('\n').length).toBeLessThanOrEqual(25);
  const words = ['Control plane', 'Zones', 'Addresses', 'Pod network', 'Open', 'shop-hosts', 'shop-platform', 'Next:'];
  expect(words.filter((word) => !text.includes(word))).toEqual([]);
});

test('the record of the production example is committed as it is synthesized', () => {
  expect(readFileSync(record, 'utf8')).toBe(recorded);
});

test('npm start takes another example by name', () => {
  expect(run('cli/start.ts', 'ha-cluster')).toContain('demo-hosts');
});

test("every resource of the examples fits its provider's schema", () => {
  expect(Object.values(stacks()).flatMap(checkAgainstSchema)).toEqual([]);
});

test('nothing secret and no path of this machine is synthesized', () => {
  const text = JSON.stringify(stacks());
  expect(secretsIn(text)).toEqual([]);
  expect(text).not.toContain(root);
});

test('the same program writes the same bytes', () => {
  const before = JSON.stringify(stacks());
  run('cli/start.ts', 'ha-cluster');
  expect(JSON.stringify(stacks())).toBe(before);
});

test('docs/deployer-rights.md lists the rights that the production example needs', () => {
  const all = stacks();
  expect(readFileSync(join(root, 'docs/deployer-rights.md'), 'utf8')).toBe(
    page({ 'shop-hosts': all['shop-hosts']!, 'shop-platform': all['shop-platform']! }),
  );
});

test('the manifests example is written by cdk8s', () => {
  execFileSync(
    process.execPath,
    ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), join(root, 'examples/manifests/main.ts')],
    { cwd: out },
  );
  expect(readFileSync(join(out, 'dist/0001-shop.k8s.yaml'), 'utf8')).toContain('kind: HTTPRoute');
});
