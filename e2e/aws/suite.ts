/** The aws suite: examples as they are, then a topology that changes, each with an engine and an emulator of its own, side by side. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Emulator, emulatorFile, startEmulator } from '../support/emulator';
import { repo } from '../support/folders';
import { run } from '../support/processes';
import { secretsBelow } from '../support/secrets';
import { Tap } from '../support/tap';
import { type Change, type Engine, ENGINES, listed, withAction, Workspace } from './engine';

type Step = readonly [name: string, work: () => Promise<string | undefined>];

const tap = new Tap();
const scratch = mkdtempSync(join(tmpdir(), 'e2e-aws-'));
const synthesized = join(scratch, 'synthesized');
const tsx = join(repo, 'node_modules', '.bin', 'tsx');

async function main(): Promise<void> {
  const [terraform, tofu] = ENGINES as [Engine, Engine];
  if (!(await tap.step('the examples and the changing topology synthesize', synthesize))) return;
  await tap.step('the search finds a key that a plan holds', () => plantSecret(terraform));
  await Promise.all([
    lane(terraform, 'production', 'ap-southeast-1', (space) => exampleSteps('production', space)),
    lane(tofu, 'ha-cluster', 'eu-central-1', (space) => exampleSteps('ha-cluster', space)),
    lane(terraform, 'change', 'us-east-1', changeSteps),
    lane(tofu, 'change', 'us-east-1', changeSteps),
  ]);
  printWrongs();
}

/** Steps that stand on each other: the first that fails ends the lane. */
async function lane(
  engine: Engine,
  name: string,
  region: string,
  stepsOf: (space: Workspace) => Step[],
): Promise<void> {
  const title = `${engine.name} ${name}`;
  let emulator: Emulator | undefined;
  try {
    emulator = await startEmulator(region);
    await emulator.addImage('hacluster-1.36-1');
    const space = new Workspace(engine, join(scratch, `${engine.name}-${name}`), emulator.env);
    for (const [step, work] of stepsOf(space)) if (!(await tap.step(`${title}: ${step}`, work))) return;
  } catch (error) {
    tap.notOk(`${title}: starts`, String(error));
  } finally {
    await emulator?.stop();
  }
}

/** What a user does first with an example, which is protected from being destroyed by mistake. */
function exampleSteps(example: string, space: Workspace): Step[] {
  return [
    ['initializes', () => initialized(space, example)],
    ['validates', () => space.validate()],
    ['plans', async () => `${only(await space.plan('first'), 'create')} resources`],
    ['applies', () => space.apply('first')],
    ['is told by the command line: groups, pools, templates', () => toldByStatus(space)],
    ['plans nothing afterwards', () => planNothing(space)],
    ['holds no secret in files, plans and state', () => searched(space)],
    ['refuses to be destroyed while it is protected', () => destroyRefused(space)],
  ];
}

/** Changes of a running cluster, each planned from what the one before left behind. */
function changeSteps(space: Workspace): Step[] {
  let added: Change[] = [];
  const planned = (name: string, wish: string): Promise<Change[]> => {
    space.use(hostsStack(wish));
    return space.plan(name, '-refresh=false');
  };
  return [
    ['initializes', () => initialized(space, 'base')],
    ['plans', async () => `${only(await space.plan('first'), 'create')} resources`],
    ['applies', () => space.apply('first')],
    [
      'a pool between two others makes only its own resources',
      async () => {
        added = await planned('add', 'pool');
        return `${only(added, 'create')} made`;
      },
    ],
    ['the pool is made', () => space.apply('add')],
    [
      'the pool goes again with its own resources alone',
      async () => {
        const removed = await planned('remove', 'base');
        const count = only(removed, 'delete');
        same(removed, added);
        return `${count} removed`;
      },
    ],
    ['the pool is gone', () => space.apply('remove')],
    [
      'a further zone and more workers destroy nothing',
      async () => {
        const changes = await planned('zone', 'wider');
        nothingDestroyed(changes);
        refuse(
          changes.filter(({ address }) => /zulu/i.test(address)),
          'a pool with zones of its own changes',
        );
        refuse(controlPlaneGroups(changes), 'the control plane changes');
        return `${withAction(changes, 'create').length} made, ${withAction(changes, 'update').length} changed`;
      },
    ],
    ['the zone is there', () => space.apply('zone')],
    [
      'other node files replace no control plane',
      async () => {
        const changes = await planned('files', 'renewed');
        // Bundles of node files are named by what they hold: the new one is there before the old one goes.
        nothingDestroyed(
          changes.filter(({ type, actions }) => !(type === 'aws_s3_object' && actions.join() === 'create,delete')),
        );
        const rolling = controlPlaneGroups(changes).filter(
          ({ after }) => JSON.stringify(after?.instance_refresh ?? []) !== '[]',
        );
        refuse(rolling, 'a control-plane group would roll by itself');
        if (!changes.some(({ type }) => type === 'aws_launch_template'))
          throw new Error(`no template changes:\n${listed(changes)}`);
        return `${withAction(changes, 'update').length} changed`;
      },
    ],
    ['the node files are in place', () => space.apply('files')],
    [
      'the same in another order plans nothing',
      () => {
        space.use(hostsStack('shuffled'));
        return planNothing(space);
      },
    ],
    [
      'five control planes in place of three destroy nothing',
      async () => {
        const changes = await planned('grow', 'five');
        nothingDestroyed(changes);
        return `${withAction(changes, 'create').length} made`;
      },
    ],
    ['holds no secret in files, plans and state', () => searched(space)],
    ['is destroyed', () => destroyed(space)],
  ];
}

/** All stacks at once and first, so that every lane judges the same. */
async function synthesize(): Promise<undefined> {
  // An example that keeps a record must not write it into the clone.
  const place = join(scratch, 'place');
  for (const made of [place, synthesized]) mkdirSync(made);
  const programs = ['production', 'ha-cluster'].map((example) => ({
    file: join(repo, 'examples', example, 'main.ts'),
    args: [],
    out: join(synthesized, example),
  }));
  for (const { file, args, out } of [
    ...programs,
    { file: join(repo, 'e2e', 'aws', 'topology.ts'), args: [synthesized], out: '' },
  ]) {
    const { code, output } = await run(tsx, [file, ...args], {
      cwd: place,
      env: { ...process.env, CDKTF_OUTDIR: out },
      limit: 60,
    });
    if (code !== 0) throw new Error(output);
  }
  return undefined;
}

function hostsStack(name: string): string {
  const out = join(synthesized, name);
  const { stacks } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    stacks: Record<string, { workingDirectory: string }>;
  };
  const hosts = Object.entries(stacks).find(([stack]) => stack.endsWith('-hosts'));
  if (hosts === undefined) throw new Error(`no stack of hosts in ${Object.keys(stacks).join(', ')}`);
  return join(out, hosts[1].workingDirectory);
}

function initialized(space: Workspace, name: string): Promise<undefined> {
  space.use(hostsStack(name));
  return space.init();
}

async function planNothing(space: Workspace): Promise<undefined> {
  refuse(await space.plan('again'), 'the plan is not empty');
  return undefined;
}

/** Its hosts never ran here: the groups are there, and the API is not. */
async function toldByStatus(space: Workspace): Promise<string> {
  const name =
    readFileSync(join(space.folder, 'cdk.tf.json'), 'utf8').match(/"\/hacluster\/([a-z0-9-]+)\/current"/)?.[1] ?? '';
  const { code, output } = await run(tsx, [join(repo, 'cli', 'main.ts'), 'status', '--cluster', name, '--json'], {
    cwd: scratch,
    env: { ...process.env, ...space.emulator },
    limit: 60,
  });
  if (code !== 2) throw new Error(`status ended with ${code}:\n${output}`);
  const { api, groups } = JSON.parse(output.slice(output.indexOf('{'))) as {
    api: string;
    groups: { role: string; pool?: string; desired: number; outdated: number }[];
  };
  const pools = groups.flatMap(({ pool }) => (pool === undefined ? [] : [pool]));
  const planes = groups.filter(({ role }) => role === 'control-plane');
  if (api !== 'no answer' || pools.length === 0 || planes.length !== 3 || groups.some(({ outdated }) => outdated > 0))
    throw new Error(output);
  return `${planes.length} control planes, pools ${pools.join(', ')}`;
}

async function destroyRefused(space: Workspace): Promise<string> {
  const refusal = await space.plan('destroy', '-destroy').then(
    () => undefined,
    (error: unknown) => String(error),
  );
  if (refusal === undefined) throw new Error('a plan to destroy everything was made');
  if (!refusal.includes('prevent_destroy')) throw new Error(refusal);
  return 'prevent_destroy';
}

async function destroyed(space: Workspace): Promise<string> {
  const count = only(await space.plan('destroy', '-destroy', '-refresh=false'), 'delete');
  await space.apply('destroy');
  const left = await space.addresses();
  if (left.length > 0) throw new Error(`left in the state: ${left.join(', ')}`);
  return `${count} resources`;
}

function searched(space: Workspace): Promise<undefined> {
  const found = secretsBelow(space.folder, (path) => path.endsWith('/.terraform'));
  if (found.length > 0) throw new Error(found.map(({ where, what }) => `${what} in ${where}`).join('\n'));
  return Promise.resolve(undefined);
}

/** A search that finds nothing proves nothing, unless it finds what was hidden on purpose. */
async function plantSecret(engine: Engine): Promise<undefined> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const space = new Workspace(engine, join(scratch, 'planted'), {});
  const input = gzipSync(`#cloud-config\nwrite_files: [{path: /ca.key, content: ${JSON.stringify(pem)}}]\n`).toString(
    'base64',
  );
  writeFileSync(
    join(space.folder, 'cdk.tf.json'),
    JSON.stringify({ resource: { terraform_data: { user_data: { input } } } }),
  );
  await space.init();
  await space.plan('planted');
  const places = secretsBelow(space.folder).map(({ where }) => where);
  for (const file of ['cdk.tf.json', 'planted.plan'])
    if (!places.some((where) => where.includes(file)))
      throw new Error(`nothing was found in ${file}: ${places.join(', ')}`);
  return undefined;
}

function only(changes: readonly Change[], action: string): number {
  refuse(
    changes.filter(({ actions }) => actions.join() !== action),
    `not all changes are of the kind ${action}`,
  );
  if (changes.length === 0) throw new Error(`nothing to ${action}`);
  return changes.length;
}

function same(left: readonly Change[], right: readonly Change[]): void {
  const [a, b] = [left, right].map((changes) =>
    changes
      .map(({ address }) => address)
      .sort()
      .join('\n'),
  );
  if (a !== b) throw new Error(`not the same resources:\n${a}\nand\n${b}`);
}

function nothingDestroyed(changes: readonly Change[]): void {
  refuse(withAction(changes, 'delete'), 'the plan destroys');
}

function controlPlaneGroups(changes: readonly Change[]): Change[] {
  return changes.filter(({ type, address }) => type === 'aws_autoscaling_group' && /control/i.test(address));
}

function refuse(changes: readonly Change[], why: string): void {
  if (changes.length > 0) throw new Error(`${why}:\n${listed(changes)}`);
}

/** What the emulator gets wrong by itself is said where its verdict is read; each repair begins with it. */
function printWrongs(): void {
  console.log('# the emulator, without the repairs it runs with:');
  for (const [, words = ''] of readFileSync(emulatorFile, 'utf8').matchAll(/"""(Moto [\s\S]*?)"""/g))
    console.log(`#   ${words.replace(/\s+/g, ' ')}`);
}

main()
  .catch((error: unknown) => {
    tap.notOk('the aws suite', String(error));
  })
  .finally(() => {
    rmSync(scratch, { recursive: true, force: true });
    process.exitCode = tap.failures > 0 ? 1 : 0;
  });
