/** Hostile texts through our YAML and templates, and through Go's readers: what comes out must be what went in. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import { TerraformVariable } from 'cdktf';
import * as fc from 'fast-check';
import { Workloads, writeManifests } from '../../lib';
import { fromYaml } from '../../lib/render/yaml';
import { Tap } from '../support/tap';
import { chartFolder, platform } from './platform';

const SEEDS = [1, 2, 3];
const OBJECTS = 250;
const PIECES = [
  ...[
    '{{',
    '}}',
    '{{-',
    '-}}',
    '{',
    '}',
    '{{ .Values.x }}',
    '{{/*',
    '*/}}',
    '`',
    '"',
    "'",
    '\\',
    '%',
    '%s',
    '%%',
    '${x}',
  ],
  ...[
    '\n',
    '\n\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '  ',
    '---',
    '\n---\n',
    '\n...\n',
    '# ',
    ' #',
    ': ',
    ':',
    '- ',
    '-',
    '? ',
    '|',
  ],
  ...[
    '>',
    '&a',
    '*a',
    '!',
    '!!str',
    '@',
    '=',
    '<<',
    '~',
    'null',
    'yes',
    'No',
    'on',
    'true',
    '.inf',
    '.NaN',
    '0o17',
    '017',
  ],
  ...[
    '0x1f',
    '0b1',
    '1_000',
    '1e3',
    '+1',
    '.5',
    '1.',
    '1:20',
    '2001-12-14',
    '2001-12-14t21:59:43.10-05:00',
    '[',
    ']',
    ',',
  ],
  ...[
    '\u0000',
    '\u0007',
    '\u001b',
    '\u007f',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\ufffe',
    'é',
    '日本',
    '😀',
  ],
  ...['lifted0x', 'liftedi0x', '# end', '__tfv0__', 'a', 'Z'],
];
// Terraform's jsonencode writes them as they are: Helm refuses the values, or reads U+0085 as the end of a line.
const UNWRITABLE = /[\u007f-\u009f\ufeff\ufffe\uffff]/g;
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 30 }).map((one) => one.replace(/\p{Surrogate}/gu, '')),
  fc.constantFrom(...PIECES),
);
const scalar = fc.oneof(
  { weight: 6, arbitrary: text },
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => (Object.is(one, -0) ? 0 : one)),
  fc.boolean(),
);
const { data: anything } = fc.letrec((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('data'), { maxLength: 4 }),
    fc.dictionary(text, tie('data'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const object = fc.record(
  { texts: fc.dictionary(text, text, { maxKeys: 8, noNullPrototype: true }), annotation: text, anything, last: text },
  { noNullPrototype: true },
);

type Sample = Readonly<{ texts: Record<string, string>; annotation: string; anything: unknown; last: string }>;

function define(chart: Chart, samples: readonly Sample[]): void {
  samples.forEach(({ annotation, ...rest }, index) => {
    const metadata = { name: `o${index}`, annotations: { text: annotation } };
    new ApiObject(chart, `O${index}`, { apiVersion: 'example/v1', kind: 'Sample', metadata, ...rest });
  });
}

function kubectl(yaml: string): Record<string, any>[] {
  const printed = execFileSync('kubectl', ['annotate', '--local', '-f', '-', '-o', 'json', 'added=yes'], {
    input: yaml,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  // kubectl prints objects one after the other, each with its braces in the first column.
  return printed
    .split(/^(?=\{$)/m)
    .filter((one) => one.trim() !== '')
    .map((one) => {
      const { metadata, ...rest } = JSON.parse(one) as Record<string, any>;
      const { added, ...annotations } = metadata.annotations as Record<string, string>;
      if (added !== 'yes') throw new Error(`kubectl did not read ${one}`);
      return { ...rest, metadata: { ...metadata, annotations } };
    });
}

function helm(chart: string, values?: string): string {
  const args = ['template', 'x', chart, '-n', 'test', ...(values === undefined ? [] : ['-f', values])];
  return execFileSync('helm', args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, KUBECONFIG: '/dev/null' },
  });
}

function compare(found: readonly Record<string, any>[], wanted: readonly Record<string, any>[]): string {
  if (found.length !== wanted.length) throw new Error(`${found.length} objects came out of ${wanted.length}`);
  const byName = new Map(found.map((one) => [one.metadata.name as string, one]));
  const wrong = wanted.filter((one) => !isDeepStrictEqual(byName.get(one.metadata.name as string), one));
  const [first] = wrong;
  if (first) {
    const other = byName.get(first.metadata.name as string);
    throw new Error(`${wrong.length} objects differ, such as\n${JSON.stringify(first)}\n${JSON.stringify(other)}`);
  }
  return `${scalars(wanted)} values`;
}

function scalars(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((sum, [, one]) => sum + 1 + scalars(one), 0);
}

const plain = (one: ApiObject) => JSON.parse(JSON.stringify(one.toJson())) as Record<string, any>;
const objectsOf = (chart: Chart) =>
  chart.node
    .findAll()
    .filter((one) => ApiObject.isApiObject(one))
    .map(plain);

function newest(folder: string, owner: string, name: string): string {
  const [hash = ''] = readdirSync(chartFolder(folder, owner, name, ''));
  return chartFolder(folder, owner, name, hash);
}

/** With a lifted value in each object: the chart's text and the values of Terraform meet in Helm. */
function withTerraform(work: string, seed: number): string {
  const folder = join(work, `terraform-${seed}`);
  const given = fc.sample(text, { seed, numRuns: 40 }).map((one) => one.replace(UNWRITABLE, ''));
  const wanted: Record<string, any>[] = [];
  platform(folder, (stack, cluster) => {
    const objects = new Workloads(stack, 'Texts', { cluster, namespace: 'test' });
    const number = new TerraformVariable(stack, 'number', { type: 'number', default: 1_000_000 });
    const list = new TerraformVariable(stack, 'list', { type: 'list(string)', default: given });
    given.forEach((value, index) => {
      const known = new TerraformVariable(stack, `v${index}`, { type: 'string', default: value });
      const make = (whole: string, size: number, all: string[]) => ({
        apiVersion: 'example/v1',
        kind: 'Sample',
        metadata: { name: `o${index}`, namespace: 'test', annotations: { mixed: `${value}%s{{${whole}}} ${size}"\\` } },
        whole,
        size,
        all,
      });
      new ApiObject(objects, `O${index}`, make(known.stringValue, number.numberValue, list.listValue));
      wanted.push({ ...make(value, 1_000_000, given) });
    });
  });
  const json = JSON.parse(readFileSync(join(folder, 'stacks/platform/cdk.tf.json'), 'utf8'));
  const [release] = Object.values(json.resource.helm_release as Record<string, { values: string[] }>);
  const only = { variable: json.variable as object, output: { values: { value: release?.values[0] } } };
  const terraform = join(work, `terraform-${seed}`, 'values');
  mkdirSync(terraform);
  writeFileSync(join(terraform, 'main.tf.json'), JSON.stringify(only));
  const run = (...args: string[]) =>
    execFileSync('terraform', args, { cwd: terraform, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 30 });
  run('init', '-no-color');
  run('apply', '-auto-approve', '-no-color');
  const values = join(terraform, 'values.yaml');
  writeFileSync(values, run('output', '-raw', 'values'));
  return compare(kubectl(helm(newest(folder, 'Texts', 'texts'), values)), wanted);
}

/** Plain words: js-yaml with our schema and kubectl must see the same type and value. */
function reading(): string {
  const digits = fc.string({ unit: fc.constantFrom(...Array.from('0178_.eExXobB+-:aF')), minLength: 1, maxLength: 6 });
  const known = fc.constantFrom(
    ...[
      'y',
      'Y',
      'yes',
      'Yes',
      'YES',
      'n',
      'no',
      'NO',
      'on',
      'ON',
      'oN',
      'off',
      'true',
      'TRUE',
      'tRUE',
      'false',
      '~',
      'null',
    ],
    ...[
      'Null',
      'nULL',
      '0644',
      '0o644',
      '0O17',
      '0b11',
      '-0b11',
      '0x1F',
      '-0x1f',
      '08',
      '09.5',
      '1_000',
      '1e3',
      '1E-3',
      '.5',
      '5.',
    ],
    ...[
      '+1',
      '-017',
      '1:20',
      '190:20:30',
      '2001-12-14',
      '1.5e400',
      '=',
      '12e03',
      '0.',
      '-.5',
      '+.5',
      '_1',
      '1_',
      '0_7',
      '00',
      '-0',
    ],
  );
  const words = fc
    .sample(fc.oneof(known, digits), { seed: 7, numRuns: 4000 })
    .filter((word) => !/[:-]$|^[-?:]$|: |^[-?:] /.test(word));
  const unique = [...new Set(words)];
  const body = (all: readonly string[]) => all.map((word) => `- ${word}\n`).join('');
  const yaml = (all: readonly string[]) =>
    `apiVersion: example/v1\nkind: Sample\nmetadata:\n  name: x\n  annotations: {}\nwords:\n${body(all)}`;
  const numbers = unique.filter((word) => {
    try {
      return fromYaml(word).every((one) => typeof one !== 'number' || (Number.isFinite(one) && !Object.is(one, -0)));
    } catch {
      return false;
    }
  });
  const [go] = kubectl(yaml(numbers));
  const [ours] = fromYaml(yaml(numbers)) as Record<string, any>[];
  const wrong = numbers.flatMap((word, index) => {
    const [a, b] = [ours?.words[index], go?.words[index]];
    return a === b ? [] : [`${word}: ours ${JSON.stringify(a)}, kubectl ${JSON.stringify(b)}`];
  });
  if (wrong.length > 0) throw new Error(`${wrong.length} words differ:\n${wrong.slice(0, 40).join('\n')}`);
  return `${numbers.length} words`;
}

async function main(work: string): Promise<void> {
  const tap = new Tap();
  for (const seed of SEEDS) {
    const samples = fc.sample(object, { seed, numRuns: OBJECTS }) as Sample[];
    await tap.step(`helm template gives hostile texts as they were, seed ${seed}`, () => {
      const folder = join(work, `texts-${seed}`);
      let wanted: Record<string, any>[] = [];
      platform(folder, (stack, cluster) => {
        const chart = new Workloads(stack, 'Texts', { cluster, namespace: 'test' });
        define(chart, samples);
        wanted = objectsOf(chart);
      });
      return compare(kubectl(helm(newest(folder, 'Texts', 'texts'))), wanted);
    });
    await tap.step(`kubectl reads them from manifests, seed ${seed}`, () => {
      const chart = new Chart(new App(), 'texts');
      define(chart, samples);
      writeManifests(chart, { folder: join(work, `dist-${seed}`) });
      return compare(kubectl(readFileSync(join(work, `dist-${seed}`, 'texts.k8s.yaml'), 'utf8')), objectsOf(chart));
    });
    await tap.step(`Terraform hands over hostile values, seed ${seed}`, () => withTerraform(work, seed));
  }
  await tap.step('plain words are read as kubectl reads them', reading);
  process.exitCode = tap.failures > 0 ? 1 : 0;
}

void main(process.argv[2] ?? '');
