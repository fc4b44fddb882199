import { writeFileSync } from 'node:fs';
import { TOPOLOGIES } from './topologies';
import { bothStacks } from './topology';

// Run by golden.test.ts in a process of its own.
const all = Object.entries(TOPOLOGIES).map(([name, topology]) => [name, bothStacks(topology)]);
writeFileSync(process.argv[2] ?? '', JSON.stringify(Object.fromEntries(all)));
