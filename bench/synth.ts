import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coldRun, compileExample, median, round, workFolder, type Figure } from './support';

const RUNS = 40;

/** Cold synth of examples/ha-cluster beside a program on raw `TerraformResource`s that writes the same JSON. */
export function synthFigures(): Figure[] {
  const folder = workFolder();
  const ours = compileExample(folder, 'ha-cluster');
  const raw = join(folder, 'raw.js');
  const load = join(folder, 'load.js');
  const out = join(folder, 'out');
  execFileSync(process.execPath, [ours], { cwd: folder, env: { ...process.env, CDKTF_OUTDIR: out } });
  writeFileSync(raw, rawProgram(out));
  writeFileSync(load, "require('cdktf');\n");
  checkSame(folder, raw, out);

  const runs = Array.from({ length: RUNS }, () => ({ ours: coldRun(ours), raw: coldRun(raw), load: coldRun(load) }));
  const ms = (which: 'ours' | 'raw' | 'load') => runs.map((run) => run[which].ms);
  // The shortest of many cold runs is what a program takes; the rest is what else the machine did meanwhile.
  const least = (which: 'ours' | 'raw' | 'load') => Math.min(...ms(which));
  return [
    { name: 'cluster-synth-ratio', value: round(least('ours') / least('raw')), unit: 'x raw cdktf', limit: 1.25 },
    {
      name: 'cluster-synth-ratio-less-load',
      value: round((least('ours') - least('load')) / (least('raw') - least('load'))),
      unit: 'x raw cdktf',
      limit: 2,
    },
    { name: 'cluster-synth-ms', value: round(median(ms('ours')), 0), unit: 'ms', limit: 450 },
    {
      name: 'cluster-synth-rss-mb',
      value: round(median(runs.map((run) => run.ours.rssMb)), 0),
      unit: 'MB',
      limit: 130,
    },
  ];
}

/** A program that emits the same stacks with nothing but cdktf's own classes and literal data. */
function rawProgram(out: string): string {
  const { stacks } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    stacks: Record<string, { synthesizedStackPath: string }>;
  };
  const lines = [
    "const { App, TerraformStack, TerraformResource, TerraformDataSource } = require('cdktf');",
    'function make(Base, scope, type, name, { depends_on, lifecycle, ...attributes }) {',
    '  const dependsOn = depends_on?.map((fqn) => ({ fqn }));',
    '  const one = new (class extends Base { synthesizeAttributes() { return attributes; } })(scope, name, { terraformResourceType: type, dependsOn });',
    "  if (lifecycle) one.addOverride('lifecycle', lifecycle);",
    '  one.overrideLogicalId(name);',
    '}',
    'const app = new App();',
  ];
  for (const [name, { synthesizedStackPath }] of Object.entries(stacks)) {
    const json = JSON.parse(readFileSync(join(out, synthesizedStackPath), 'utf8')) as Record<string, any>;
    lines.push(`{ const stack = new TerraformStack(app, ${JSON.stringify(name)});`);
    for (const [section, base] of [
      ['resource', 'TerraformResource'],
      ['data', 'TerraformDataSource'],
    ] as const) {
      for (const [type, all] of Object.entries(json[section] ?? {})) {
        for (const [id, attributes] of Object.entries(all as Record<string, object>)) {
          lines.push(
            `make(${base}, stack, '${type}', '${id}', ${JSON.stringify({ ...attributes, '//': undefined })});`,
          );
        }
      }
    }
    for (const section of ['provider', 'locals', 'ephemeral', 'output', 'terraform']) {
      if (json[section]) lines.push(`stack.addOverride('${section}', ${JSON.stringify(json[section])});`);
    }
    lines.push('}');
  }
  lines.push('app.synth();', '');
  return lines.join('\n');
}

/** The comparison is fair only if both write the same, but for comments and paths. */
function checkSame(folder: string, raw: string, out: string): void {
  const other = join(folder, 'raw-out');
  execFileSync(process.execPath, [raw], {
    cwd: folder,
    env: { ...process.env, CDKTF_OUTDIR: other, SKIP_VALIDATION: '1' },
  });
  const strip = (value: any): any =>
    Array.isArray(value)
      ? value.map(strip)
      : value && typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value)
              .filter(([key]) => key !== '//')
              .map(([key, one]) => [key, strip(one)]),
          )
        : value;
  const { stacks } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    stacks: Record<string, { synthesizedStackPath: string }>;
  };
  for (const { synthesizedStackPath } of Object.values(stacks)) {
    const [ours, theirs] = [out, other].map((from) =>
      JSON.stringify(strip(JSON.parse(readFileSync(join(from, synthesizedStackPath), 'utf8')))),
    );
    if (ours !== theirs) throw new Error(`the raw program writes something else than ${synthesizedStackPath}`);
  }
}
