/** `npm run parts`: fills the cache with the real programs that the suites run; `-- --build` builds them though packed ones are at hand. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { MODULES, type Module } from './parts/modules';
import { cdktfCli, fingerprint, parts, pluginMirror, python, repo } from './support/folders';
import { ask, run } from './support/processes';

const setup = join(repo, '..', 'shared', 'real-parts', 'setup');

async function main(): Promise<void> {
  const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const unknown = wanted.find((name) => !MODULES.some((module) => module.name === name));
  if (unknown !== undefined)
    throw new Error(`no part is called ${unknown}; there are ${MODULES.map(({ name }) => name).join(', ')}`);
  mkdirSync(parts, { recursive: true });
  const unpack = existsSync(setup) && !process.argv.includes('--build');
  if (unpack) await must('unpack', setup, [], 300, { ...process.env, PARTS: parts });
  const chosen = wanted.length > 0 ? MODULES.filter(({ name }) => wanted.includes(name)) : MODULES;
  for (const module of chosen.filter(({ packed }) => !(unpack && packed))) {
    await build(module, unpack ? 400 : 1800).catch((error: unknown) => {
      // Next to packed parts the few others are a gift: a machine without Go goes on without them.
      if (!unpack || wanted.length > 0) throw error;
      console.log(`# lacking ${module.name}: ${String(error)}`);
    });
  }
  await makePython();
  await makeCli();
  linkMirror();
  console.log(`export PARTS='${parts}' KUBEBUILDER_ASSETS='${parts}'`);
  const mirror = pluginMirror();
  if (mirror !== undefined) console.log(`export TF_PLUGIN_MIRROR='${mirror}'`);
}

async function build(module: Module, limit: number): Promise<void> {
  const source = join(repo, 'e2e', 'parts', module.folder ?? module.name);
  const stamp = join(parts, '.built', module.name);
  const sum = `${fingerprint(source)}\n`;
  const files = Object.entries(module.files).map(([file, pattern]) => [join(parts, file), pattern] as const);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sum && files.every(([file]) => existsSync(file))) return;
  needGo();
  const started = Date.now();
  for (const [file, pattern] of files) {
    mkdirSync(dirname(file), { recursive: true });
    const args = [
      'build',
      '-mod=readonly',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags',
      ['-s', '-w', ...flags(module)].join(' '),
      '-o',
      file,
    ];
    if (module.modfile !== undefined) args.push(`-modfile=${module.modfile}`);
    await must(
      `build ${module.name}`,
      'go',
      [...args, pattern],
      limit,
      { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' },
      source,
    );
  }
  for (const [link, target] of Object.entries(module.links ?? {})) relink(join(parts, link), target);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, sum);
  console.log(`# built ${module.name} in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Kubernetes and containerd read their version from variables that upstream's build sets. */
function flags({ variables = {} }: Module): string[] {
  return Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
}

function needGo(): void {
  const version = /go1\.(\d+)/.exec(ask('go', ['version']) ?? '');
  if (version === null || Number(version[1]) < 26)
    throw new Error('Go 1.26 or newer is needed to build the parts: https://go.dev/dl');
}

/** The emulator's packages in an environment of their own, from the index or, where none is reachable, from this machine. */
async function makePython(): Promise<void> {
  const packages = ['moto[server]==5.2.1', 'boto3'];
  const stamp = join(python, 'packages');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === packages.join('\n')) return;
  for (const options of [[], ['--system-site-packages']]) {
    rmSync(python, { recursive: true, force: true });
    await must('make a Python environment', 'python3', ['-m', 'venv', ...options, python], 120);
    const { code, output } = await run(
      join(python, 'bin', 'pip'),
      ['install', '--quiet', '--retries', '1', ...packages],
      { limit: 300 },
    );
    if (code === 0) {
      writeFileSync(stamp, packages.join('\n'));
      return;
    }
    console.log(`# pip with [${options.join(' ')}] failed:\n${output.replace(/^/gm, '#   ')}`);
  }
  throw new Error(`cannot install ${packages.join(' and ')}`);
}

/** cdktf's command line, kept out of the repo's own packages: it is ten times their size. */
async function makeCli(): Promise<void> {
  const wanted = 'cdktf-cli@0.21.0';
  const stamp = join(cdktfCli, 'packages');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(cdktfCli, { recursive: true, force: true });
  mkdirSync(cdktfCli, { recursive: true });
  await must('install cdktf-cli', 'npm', ['install', '--no-audit', '--no-fund', '--prefix', cdktfCli, wanted], 400);
  writeFileSync(stamp, wanted);
}

/** OpenTofu looks for the same providers under its own registry's name. */
function linkMirror(): void {
  const mirror = process.env.TF_PLUGIN_MIRROR;
  const plugins = join(parts, 'plugins');
  if (mirror === undefined || (existsSync(plugins) && realpathSync(mirror) === realpathSync(plugins))) return;
  const source = join(realpathSync(mirror), 'registry.terraform.io');
  for (const host of ['registry.terraform.io', 'registry.opentofu.org']) {
    for (const namespace of readdirSync(source)) {
      for (const type of readdirSync(join(source, namespace)))
        relink(join(plugins, host, namespace, type), join(source, namespace, type));
    }
  }
}

function relink(link: string, target: string): void {
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { recursive: true, force: true });
  symlinkSync(target, link);
}

async function must(
  what: string,
  command: string,
  args: readonly string[],
  limit: number,
  env: NodeJS.ProcessEnv = process.env,
  cwd = repo,
): Promise<void> {
  const { code, output } = await run(command, args, { cwd, env, limit });
  if (code !== 0) throw new Error(`cannot ${what}: ${command} ${args.join(' ')}\n${output}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
