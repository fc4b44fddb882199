import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { documentsIn } from '../../cli/check/documents';
import { run, type CheckOptions } from '../../cli/commands/check';
import { EXITS } from '../../cli/exits';
import { main } from '../../cli/program';
import { viewAt } from '../../lib/policy/view';
import { messageOf } from '../support/messages';

const SERVICE = `# The door.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels: { app.kubernetes.io/name: web }

spec:
  # Past the gateway.
  type: NodePort
  externalIPs:
    - 203.0.113.7
`;
const CLEAN = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  LOG_LEVEL: info\n';
const ROWS = [
  'error     node-port     Service web  FILE:10  opens a port on every node',
  'error     external-ips  Service web  FILE:11  draws traffic for 203.0.113.7',
];

/** A folder with files, as they are given by name. */
function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'check-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** What a command line says and ends with. */
async function check(...words: string[]) {
  let out = '';
  let err = '';
  const exit = await main(['check', ...words], {
    out: (text) => (out += text),
    err: (text) => (err += text),
    around: (_, say) => ({ say }) as never,
  });
  return { out, err, exit };
}

const piped = (text: string, more: Partial<CheckOptions> = {}) =>
  run({ say: () => undefined }, { words: ['-'], failOn: 'error', format: 'table', ...more }, () =>
    Promise.resolve(text),
  );

test('files are looked at, with the line of each finding; it fails', async () => {
  const file = join(folder({ 'web.yaml': SERVICE }), 'web.yaml');
  const { out, err, exit } = await check(file);
  expect(
    out
      .split('\n')
      .slice(1, 3)
      .map((row) => row.replace(file, 'FILE')),
  ).toEqual(ROWS);
  expect({ err, exit }).toEqual({ err: '', exit: EXITS.FAILED });
});

test('objects that keep the rules end with 0', async () => {
  const root = folder({ 'a.yaml': CLEAN });
  expect(await check(root)).toEqual({ out: '0 errors, 0 warnings, 0 notes\n', err: '', exit: EXITS.DONE });
});

test('folders are looked through, hidden ones and modules left out, and what is no object is passed over', async () => {
  const root = folder({
    'deep/er/web.yml': `---\n${CLEAN}---\n${SERVICE}---\n`,
    'web.json': JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'x' },
      spec: { type: 'NodePort' },
    }),
    'values.yaml': 'replicas: 1\n',
    'notes.txt': SERVICE,
    '.git/web.yaml': SERVICE,
    'node_modules/web.yaml': SERVICE,
  });
  const { out, err, exit } = await check(root, '--format', 'json');
  const { findings } = JSON.parse(out) as { findings: { rule: string; source: { file: string; line: number } }[] };
  expect(findings.map(({ rule, source }) => `${rule} ${source.file.slice(root.length + 1)}:${source.line}`)).toEqual([
    'node-port deep/er/web.yml:18',
    'external-ips deep/er/web.yml:19',
    'name-label web.json:1',
    'node-port web.json:1',
  ]);
  expect({ err, exit }).toEqual({ err: '1 document is no Kubernetes objects, and passed over\n', exit: EXITS.FAILED });
});

test('a file that is named itself has to hold objects', async () => {
  const file = join(folder({ 'values.yaml': 'replicas: 1\n' }), 'values.yaml');
  const { out, exit } = await check(file, '--format', 'json');
  expect((JSON.parse(out) as { findings: { message: string }[] }).findings[0]?.message).toBe(
    'has no apiVersion, no kind, no metadata.name',
  );
  expect(exit).toBe(EXITS.FAILED);
});

test('standard input is read for -', async () => {
  const { lines, exit } = await piped(SERVICE);
  expect(
    lines[0]
      ?.split('\n')
      .slice(1, 3)
      .map((row) => row.replace('standard input', 'FILE')),
  ).toEqual(ROWS);
  expect(exit).toBe(EXITS.FAILED);
});

test.each([
  ['error', EXITS.FAILED],
  ['note', EXITS.FAILED],
  ['never', EXITS.DONE],
] as const)('with --fail-on %s it ends accordingly', async (failOn, expected) => {
  expect((await piped(SERVICE, { failOn })).exit).toBe(expected);
});

test('a note fails only where it is asked for', async () => {
  const service = SERVICE.replace('type: NodePort', 'type: ClusterIP')
    .replace(/ {2}externalIPs:[^]*/, '')
    .replace(/.*labels.*\n/, '');
  expect((await piped(service)).exit).toBe(EXITS.DONE);
  expect((await piped(service, { failOn: 'note' })).exit).toBe(EXITS.FAILED);
});

test('the version of Kubernetes decides what is served', async () => {
  const budget = 'apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: { name: x }\n';
  expect((await piped(budget, { kubernetes: '1.24' })).exit).toBe(EXITS.DONE);
  expect((await piped(budget)).exit).toBe(EXITS.FAILED);
});

test('the report goes to a file, and its sums to standard output', async () => {
  const root = folder({ 'web.yaml': SERVICE });
  const output = join(root, 'report.sarif');
  const { out, exit } = await check(join(root, 'web.yaml'), '--format', 'sarif', '--output', output);
  expect(out).toBe(`2 errors, 0 warnings, 0 notes; the report is in ${output}\n`);
  expect(exit).toBe(EXITS.FAILED);
  const { version, runs } = JSON.parse(readFileSync(output, 'utf8')) as {
    version: string;
    runs: { results: unknown[] }[];
  };
  expect([version, runs[0]?.results.length]).toEqual(['2.1.0', 2]);
});

describe('it refuses', () => {
  const USAGE = '(--help says more)\n';

  test.each([
    [
      ['--kubernetes', '1.99'],
      "error: option '--kubernetes <version>' argument '1.99' is invalid. It must be a version from 1.22 to 1.37, such as 1.36.\n",
    ],
    [
      ['--format', 'xml'],
      "error: option '--format <format>' argument 'xml' is invalid. Allowed choices are table, json, sarif.\n",
    ],
    [
      ['--fail-on', 'all'],
      "error: option '--fail-on <severity>' argument 'all' is invalid. Allowed choices are error, warning, note, never.\n",
    ],
    [['--cluster', 'shop'], "error: unknown option '--cluster'\n"],
  ])('%j', async (words, message) => {
    expect(await check('.', ...words)).toEqual({ out: '', err: message + USAGE, exit: EXITS.USAGE });
  });

  test('no path at all', async () => {
    expect(await check()).toEqual({
      out: '',
      err: `error: missing required argument 'path'\n${USAGE}`,
      exit: EXITS.USAGE,
    });
  });

  test('a path where nothing is', async () => {
    const file = join(folder({}), 'none.yaml');
    expect(await check(file)).toEqual({ out: '', err: `check: there is no ${file}\n`, exit: EXITS.USAGE });
  });

  test('a folder without objects, which would pass whatever is in it', async () => {
    const root = folder({ 'values.yaml': 'a: 1\n' });
    expect(await check(root)).toEqual({
      out: '',
      err: `1 document is no Kubernetes objects, and passed over\ncheck: no Kubernetes object is in ${root}\n`,
      exit: EXITS.USAGE,
    });
  });

  test('what is no YAML, all files at once, with the line', async () => {
    const root = folder({
      'a.yaml': 'a: 1\n b: 2\n',
      'b.yaml': 'kind: {{ .Values.kind }}\nx: {{ y }}\n',
      'c.json': '{\n  "a": 1,\n  "a": 2\n}\n',
      'd.yaml': CLEAN,
    });
    const { out, err, exit } = await check(root);
    expect({ out, exit }).toEqual({ out: '', exit: EXITS.FAILED });
    expect(err.replaceAll(`${root}/`, '')).toBe(
      [
        'check: a.yaml:2: is no YAML: bad indentation of a mapping entry',
        'b.yaml:1: is no YAML: a map is a key; templates of Helm have to be rendered first: helm template … | … check -',
        'c.json:3: is no YAML: duplicated mapping key',
        '',
      ].join('\n'),
    );
  });
});

describe('the line of a place', () => {
  const text = `
# one
a:
  - x   # two
  -
    # three
    name: n
    deep: {k: v,
      l: [p,
       q]}
b: &anchor
  k: |
    many
    lines

  name: name
c:
  <<: *anchor
  own: k
"quoted key": 1
'e/f': {}
...
---
list:
- first: 1
  second:
  - 2
`;
  const [one, two] = documentsIn('x.yaml', text);
  test.each([
    ['', 3],
    ['/a', 3],
    ['/a/0', 4],
    ['/a/1', 7],
    ['/a/1/name', 7],
    ['/a/1/deep', 8],
    ['/a/1/deep/l', 9],
    ['/a/1/deep/l/1', 10],
    ['/b/k', 12],
    ['/b/name', 16],
    ['/c/own', 19],
    ['/c/not/there', 17],
    ['/quoted key', 20],
    ['/e~1f', 21],
  ])('%s is %d', (pointer, line) => {
    expect(one!.lineOf(one!.value, pointer)).toBe(line);
  });

  test('is that of the file in later documents, too', () => {
    expect(two!.lineOf(two!.value, '/list/0/second/0')).toBe(27);
    expect(two!.lineOf(viewAt(two!.value, '/list/0').value, '/second')).toBe(26);
  });

  test('is known with line ends of Windows', () => {
    const [windows] = documentsIn('x.yaml', text.replaceAll('\n', '\r\n'));
    expect(windows!.lineOf(windows!.value, '/b/name')).toBe(16);
  });

  test('is not needed to say what is no YAML', () => {
    expect(messageOf(() => documentsIn('x.yaml', 'a: b: c'))).toBe(
      'x.yaml:1: is no YAML: bad indentation of a mapping entry',
    );
  });
});
