/** tsx objects.ts FILE: the objects of a file of YAML as one List, without routes. */
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';

const [file = ''] = process.argv.slice(2);
const all = loadAll(readFileSync(file, 'utf8')) as ({ readonly kind: string } | null)[];
const items = all.filter((object) => object && object.kind !== 'HTTPRoute');
process.stdout.write(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
