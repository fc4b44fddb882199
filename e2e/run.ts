/** `npm run e2e [suite…]`: finds the programs, runs the suites one after the other, and counts what they print. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pluginMirror, repo } from './support/folders';
import { run } from './support/processes';
import { look, type Looked, NEEDS, type Program, suiteEnvironment } from './support/programs';

/** The suites in the order in which they run: the quick ones first. `minutes` bounds each. */
const SUITES: readonly {
  readonly name: string;
  readonly file: string;
  readonly minutes: number;
  readonly root?: boolean;
}[] = [
  { name: 'boot', file: 'e2e/boot/run', minutes: 15, root: true },
  { name: 'api', file: 'e2e/api/run', minutes: 20, root: true },
  { name: 'helm', file: 'e2e/helm/run', minutes: 10 },
  { name: 'traffic', file: 'e2e/traffic/run', minutes: 15, root: true },
  { name: 'providers', file: 'e2e/providers/test', minutes: 10 },
  { name: 'aws', file: 'e2e/aws/run', minutes: 18 },
  { name: 'lab', file: 'e2e/lab/run', minutes: 60, root: true },
];

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const env = suiteEnvironment();
const inCi = process.env.CI === 'true';

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined)
    throw new Error(`no suite is called ${unknown}; there are ${SUITES.map(({ name }) => name).join(', ')}`);
  const suites = asked.length > 0 ? SUITES.filter(({ name }) => asked.includes(name)) : SUITES;
  const lacking = findPrograms(suites.map(({ name }) => name));
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of suites) {
    console.log(`\n== ${suite.name}`);
    const started = Date.now();
    const count = await runSuite(suite, NEEDS[suite.name]?.filter((program) => lacking.has(program)) ?? []);
    console.log(`== ${suite.name}: ${words(count)} in ${Math.round((Date.now() - started) / 1000)} s`);
    total.passed += count.passed;
    total.failed += count.failed;
    total.skipped += count.skipped;
  }
  console.log(`\n${words(total)}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

function findPrograms(suites: readonly string[]): Set<Program> {
  const programs = new Set(suites.flatMap((name) => NEEDS[name] ?? []));
  const looked: Looked[] = [...programs].map((program) => look(program, env));
  const width = Math.max(...looked.map(({ program }) => program.name.length));
  console.log('programs');
  for (const { program, found } of looked) {
    console.log(
      `  ${found === undefined ? 'lacking' : 'found  '} ${program.name.padEnd(width)}  ${found ?? program.way}`,
    );
  }
  const mirror = pluginMirror();
  console.log(
    mirror === undefined
      ? '  lacking a mirror of providers: they come from their registry; or set TF_PLUGIN_MIRROR to what `terraform providers mirror FOLDER` filled'
      : `  found   providers in ${mirror}`,
  );
  return new Set(looked.filter(({ found }) => found === undefined).map(({ program }) => program));
}

async function runSuite(suite: (typeof SUITES)[number], lacking: readonly Program[]): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  const reasons = lacking.map(({ name, way }) => `lacking ${name}: ${way}`);
  if (!existsSync(join(repo, suite.file))) reasons.push(`${suite.file} is not there`);
  if (suite.root && process.getuid?.() !== 0) reasons.push('it makes network namespaces and machines: run it as root');
  const reason = reasons.join('; ');
  if (reason !== '') {
    // On a machine that is meant to have everything, a suite that was not run must not look like one that passed.
    console.log(inCi ? `not ok ${suite.name}\n#   ${reason}` : `ok ${suite.name} # SKIP ${reason}`);
    count[inCi ? 'failed' : 'skipped'] += 1;
    return count;
  }
  let rest = '';
  const { code } = await run(join(repo, suite.file), [], {
    cwd: repo,
    env,
    limit: suite.minutes * 60,
    grace: 60,
    print: (text) => {
      process.stdout.write(text);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) countLine(line, count);
    },
  });
  countLine(rest, count);
  if (code !== 0 && count.failed === 0) {
    console.log(`not ok ${suite.name} ended with ${code}`);
    count.failed += 1;
  }
  if (count.passed + count.failed + count.skipped === 0) {
    console.log(`not ok ${suite.name} printed no result`);
    count.failed += 1;
  }
  return count;
}

function countLine(line: string, count: Count): void {
  if (/^not ok\b/.test(line)) count.failed += 1;
  else if (/^ok\b.*# skip\b/i.test(line)) count.skipped += 1;
  else if (/^ok\b/.test(line)) count.passed += 1;
}

function words({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
