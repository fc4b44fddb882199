import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The clone this file stands in. */
export const repo = join(__dirname, '..', '..');

/** What may be thrown away and made again. */
export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cdk-container-platform');

/** Where `npm run parts` puts the real programs; a user who has them elsewhere says so by PARTS. */
export const parts = process.env.PARTS ?? join(cache, 'parts');

/** The Python environment that holds the AWS API emulator. */
export const python = join(cache, 'python');

/** A folder of Terraform providers in the layout of a filesystem mirror, or nothing. */
export function pluginMirror(): string | undefined {
  const own = join(parts, 'plugins');
  return process.env.TF_PLUGIN_MIRROR ?? (existsSync(own) ? own : undefined);
}

/** A hash of what the files of a folder are called and hold. */
export function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name);
    if (statSync(file).isFile()) hash.update(name).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** Where `npm run parts` puts cdktf's command line. */
export const cdktfCli = join(cache, 'cdktf-cli');
