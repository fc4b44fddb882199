// node scripts/bundle-lib.mjs FOLDER: lib/ as one file, and lib/render and lib/apps beside it, which are loaded when first asked for:
// cdk8s, which its classes extend, takes a fifth of the time of cdktf, and hosts need none of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = resolve(process.argv[2] ?? join(root, 'dist'));
const options = { bundle: true, platform: 'node', target: 'node20', packages: 'external', logLevel: 'warning' };

/** Leaves imports that fit a pattern to a file beside the bundle. */
const beside = (filter, path) => ({
  name: path,
  setup: (build) => build.onResolve({ filter }, () => ({ path, external: true })),
});

const index = join(folder, 'index.js');
await build({
  ...options,
  entryPoints: [join(root, 'lib/index.ts')],
  outfile: index,
  plugins: [beside(/^\.\/(render|apps)\//, './objects.js')],
});
const text = readFileSync(index, 'utf8');
const lazy = text.replace(
  /^var (\w+) = require\("\.\/objects\.js"\);$/gm,
  'var $1 = new Proxy({}, { get: (_, name) => require("./objects.js")[name] });',
);
if (lazy === text) throw new Error('lib/render and lib/apps are not where they were: nothing was made lazy');
writeFileSync(index, lazy);

// One ValidationError for both, or users could not tell it by instanceof.
const names = [
  ...readFileSync(join(root, 'lib/index.ts'), 'utf8').matchAll(
    /^export \{[^}]*\} from '(\.\/(?:render|apps)\/[^']*)';$/gm,
  ),
];
await build({
  ...options,
  stdin: { contents: names.map(([, file]) => `export * from '${file}';`).join('\n'), resolveDir: join(root, 'lib') },
  outfile: join(folder, 'objects.js'),
  plugins: [beside(/\/core\/errors$/, './index.js')],
});
