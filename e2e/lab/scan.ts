/** `tsx scan.ts PATH…`: whatever looks like a secret in files and folders, also packed; ends with 1 if there is any. */
import { readFileSync, statSync } from 'node:fs';
import { secretsBelow, secretsIn } from '../support/secrets';

const paths = process.argv.slice(2);
const found = paths.flatMap((path) =>
  statSync(path).isDirectory()
    ? secretsBelow(path, (below) => below.endsWith('/.terraform'))
    : secretsIn(path, readFileSync(path)),
);
for (const { where, what } of found) console.log(`${what} in ${where}`);
process.exitCode = found.length > 0 || paths.length === 0 ? 1 : 0;
