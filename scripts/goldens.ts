import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../package.json';
import { fingerprint } from '../test/support/fingerprint';
import { TOPOLOGIES } from '../test/support/topologies';
import { bothStacks } from '../test/support/topology';

const folder = join(__dirname, '..', 'test', 'goldens');
const previous = 'previous-release.json';

/**
 * Writes test/goldens: what each topology synthesizes to. Read the diff before committing it.
 *
 * With `--release`, and only so, it also writes what the next version is held to.
 */
function main(release: boolean): void {
  mkdirSync(folder, { recursive: true });
  const all = Object.entries(TOPOLOGIES).map(([name, topology]) => [name, fingerprint(bothStacks(topology))] as const);
  for (const old of readdirSync(folder)) if (old !== previous) rmSync(join(folder, old));
  for (const [name, found] of all) write(`${name}.json`, found);
  if (release) {
    const topologies = Object.fromEntries(all.map(([name, { resources }]) => [name, resources]));
    write(previous, { version, topologies });
  }
}

function write(name: string, value: unknown): void {
  writeFileSync(join(folder, name), `${JSON.stringify(value, null, 1)}\n`);
}

main(process.argv.includes('--release'));
