import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, round, workFolder, type Figure } from './support';

/** What the packed package weighs with its peers in a user's node_modules. */
export function installFigures(): Figure[] {
  const folder = workFolder();
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    }),
  ) as { filename: string }[];
  if (!packed) throw new Error('npm pack made nothing');
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    peerDependencies: Record<string, string>;
  };
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const peers = Object.fromEntries(
    Object.keys(peerDependencies).map((name) => [name, devDependencies[name] ?? peerDependencies[name]]),
  );
  const home = join(folder, 'user');
  mkdirSync(home);
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({
      name: 'user',
      private: true,
      dependencies: { ...peers, 'cdk-container-platform': `file:../${packed.filename}` },
    }),
  );
  execFileSync('npm', ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
    cwd: home,
    stdio: 'inherit',
  });
  const all = megabytes(join(home, 'node_modules'));
  const kubernetes = megabytes(join(home, 'node_modules/@cdktf/provider-kubernetes'));
  return [
    {
      name: 'install-mb',
      value: round(all - kubernetes, 0),
      unit: 'MB with peers, without @cdktf/provider-kubernetes',
      limit: 45,
    },
    {
      name: 'install-mb-provider-kubernetes',
      value: round(kubernetes, 0),
      unit: 'MB; a table in lib/bindings for its one provider block would do without it',
    },
    { name: 'install-mb-whole', value: round(all, 0), unit: 'MB' },
  ];
}

function megabytes(path: string): number {
  return Number(execFileSync('du', ['-sk', path], { encoding: 'utf8' }).split('\t')[0]) / 1024;
}
