// Whether the tables and cuts of charts that this repo carries are still those of the charts.
//
//   node scripts/check-charts.mjs CHARTS
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const scripts = dirname(fileURLToPath(import.meta.url));
const [, , charts] = process.argv;
const generated = [
  ['lib/network/calico-keys.ts', 'chart-keys.mjs', charts, 'calico-keys'],
  ['test/network/calico-schemas.json', 'chart-schemas.mjs', charts],
];
const changed = generated.filter(
  ([file, script, ...words]) =>
    execFileSync('node', [join(scripts, script), ...words], { encoding: 'utf8' }) !==
    readFileSync(join(scripts, '..', file), 'utf8'),
);
for (const [file, script] of changed) console.error(`${file} is not what scripts/${script} makes of the charts`);
console.log(`${generated.length - changed.length} of ${generated.length} are those of the charts`);
process.exitCode = changed.length > 0 ? 1 : 0;
