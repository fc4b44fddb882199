// Which API versions each minor of Kubernetes serves, as the API server itself decides it: it stops to serve a kind at the release
// that APILifecycleRemoved of k8s.io/api names.
//
//   node scripts/api-versions.mjs > lib/policy/api-versions.table.ts
//
// It downloads Go modules of the minors, since a newer one has no word of what left long ago.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

// prettier-ignore
const API = {
  22: '22.17', 23: '23.17', 24: '24.17', 25: '25.16', 26: '26.15', 27: '27.16', 28: '28.15', 29: '29.15', 30: '30.14', 31: '31.14',
  32: '32.13', 33: '33.13', 34: '34.13', 35: '35.10', 36: '36.6', 37: '37.2',
};
const OTHERS = ['k8s.io/apiextensions-apiserver@v0.37.0', 'k8s.io/kube-aggregator@v0.37.0'];
const [first, ...later] = Object.keys(API).map(Number);
const last = later.at(-1);

const folderOf = (module) =>
  JSON.parse(execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8', cwd: '/' })).Dir;

function* filesIn(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesIn(path);
    else if (name === 'zz_generated.prerelease-lifecycle.go') yield path;
  }
}

/** Every kind of a module that can be listed, so that it can be written to a file too: `group/version Kind` to its lifecycle. */
function kindsIn(folder) {
  const kinds = new Map();
  for (const file of filesIn(folder)) {
    const register = readFileSync(join(dirname(file), 'register.go'), 'utf8');
    const [, group] = /GroupName\s*=\s*"([^"]*)"/.exec(register);
    const version = dirname(file).split('/').at(-1);
    const found = {};
    const text = readFileSync(file, 'utf8');
    for (const [, kind, part, major, minor] of text.matchAll(
      /\*(\w+)\) APILifecycle(Introduced|Deprecated|Removed)\(\)[^{]*\{\s*return (\d+), (\d+)/g,
    )) {
      // Of 0.0 nobody knows; it is old.
      found[kind] = { ...found[kind], [part.toLowerCase()]: major === '1' ? Number(minor) : 0 };
    }
    for (const [, kind, to, toVersion] of text.matchAll(
      /\*(\w+)\) APILifecycleReplacement\(\)[^{]*\{\s*return schema\.GroupVersionKind\{Group: "([^"]*)", Version: "([^"]*)"/g,
    )) {
      found[kind].use = to === '' ? toVersion : `${to}/${toVersion}`;
    }
    for (const [kind, lifecycle] of Object.entries(found)) {
      if (!(`${kind}List` in found)) continue;
      const apiVersion = group === '' ? version : `${group}/${version}`;
      kinds.set(`${apiVersion} ${kind}`, { group, version, kind, apiVersion, ...lifecycle });
    }
  }
  return kinds;
}

const all = new Map();
for (const [minor, patch] of Object.entries(API)) {
  const kinds = kindsIn(folderOf(`k8s.io/api@v0.${patch}`));
  for (const [key, lifecycle] of kinds) all.set(key, { ...lifecycle, lastIn: Number(minor) });
}
for (const module of OTHERS) {
  for (const [key, lifecycle] of kindsIn(folderOf(module))) all.set(key, { ...lifecycle, lastIn: last });
}

const stability = (version) => (version.includes('alpha') ? 0 : version.includes('beta') ? 1 : 2);
function replacement({ group, kind, version }) {
  const others = [...all.values()].filter(
    (one) =>
      one.group === group &&
      one.kind === kind &&
      one.version !== version &&
      !(one.removed <= last) &&
      one.lastIn === last,
  );
  return others.sort((a, b) => stability(b.version) - stability(a.version) || (a.version < b.version ? 1 : -1))[0]
    ?.apiVersion;
}

const rows = new Map();
for (const one of all.values()) {
  // What a module has no longer is not served from then on, whatever was planned.
  const removed = Math.min(one.removed ?? Infinity, one.lastIn < last ? one.lastIn + 1 : Infinity);
  const words = [];
  if (one.introduced > first) words.push(`introduced: ${one.introduced}`);
  if (one.deprecated <= last) words.push(`deprecated: ${one.deprecated}`);
  if (removed <= last) words.push(`removed: ${removed}`);
  if (words.length === 0) continue;
  const use = removed <= last || one.deprecated <= last ? (one.use ?? replacement(one)) : undefined;
  // Some name their own forerunner.
  const back = use !== undefined && stability(use) < stability(one.version);
  if (use !== undefined && !back) words.push(`use: '${use}'`);
  const row = words.join(', ');
  const kinds = rows.get(one.apiVersion) ?? new Map();
  rows.set(one.apiVersion, kinds.set(row, [...(kinds.get(row) ?? []), one.kind]));
}
const lines = [...rows]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .flatMap(([apiVersion, kinds]) =>
    [...kinds].map(([row, names]) => `  { api: '${apiVersion}', kinds: '${names.sort().join(' ')}', ${row} },`).sort(),
  );
process.stdout
  .write(`// Made by scripts/api-versions.mjs from k8s.io/api v0.${API[first]} to v0.${API[last]}, ${OTHERS.join(' and ')}; do not edit.
import type { ApiVersionRow } from './api-version-row';

/** The minors that the table knows. */
export const API_MINORS = { first: ${first}, last: ${last} } as const;

/** What changed in them, by the number of the minor. */
export const API_VERSIONS: readonly ApiVersionRow[] = [
${lines.join('\n')}
];
`);
