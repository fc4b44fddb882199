// node scripts/bundle-cli.mjs: cli/ and what it uses, as dist/cli. What is published depends on nothing for it, and a command loads only its own part.
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'dist', 'cli');

rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['cli/main.ts'],
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  legalComments: 'none',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Modules first: what nobody uses of them is left out.
  mainFields: ['module', 'main'],
  // Some of what is bundled asks for Node's own modules by require.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  metafile: true,
  logLevel: 'warning',
});
const program = join(folder, 'main.mjs');
writeFileSync(program, `#!/usr/bin/env node\n${readFileSync(program, 'utf8')}`);
chmodSync(program, 0o755);
writeFileSync(join(folder, 'THIRD-PARTY.md'), thirdParty(metafile));

/** The packages of which something is in the bundle, with their licences' own words. */
function thirdParty({ outputs }) {
  const folders = new Set();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [own] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
      if (own !== undefined && bytesInOutput > 0) folders.add(own);
    }
  }
  const packages = [...folders].map(describe).sort((a, b) => (a.title < b.title ? -1 : 1));
  const strange = packages.filter(
    ({ licence }) => !/^(MIT|Apache-2\.0|BSD-[23]-Clause|0BSD|ISC|Python-2\.0)$/.test(licence),
  );
  if (strange.length > 0)
    throw new Error(`a licence nobody has looked at: ${strange.map(({ title }) => title).join(', ')}`);
  const rows = packages.map(({ title, licence }) => `| ${title} | ${licence} |`);
  // Most have the same: each text once, after the packages it is of.
  const texts = [...new Set(packages.map(({ text }) => text))].map(
    (text) =>
      `## ${packages
        .filter((one) => one.text === text)
        .map(({ title }) => title)
        .join(', ')}\n\n${text}\n`,
  );
  const head = '# What is bundled in the command line\n\n| package | licence |\n| --- | --- |\n';
  return `${head}${rows.join('\n')}\n\n${texts.join('\n')}`;
}

function describe(own) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, own, 'package.json'), 'utf8'));
  return { title: `${name} ${version}`, licence: String(license), text: licenceText(join(root, own)) };
}

function licenceText(own) {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'License']) {
    try {
      return readFileSync(join(own, name), 'utf8').trim();
    } catch {
      // Another name.
    }
  }
  return 'The package holds no text of its licence; it is the one named above.';
}
