/** The steps of e2e/traffic/run: WORK is its folder, KUBECONFIG its cluster's. */
import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { EXITS } from '../../cli/exits';
import { repo } from '../support/folders';
import { kubectl } from '../support/kubectl';
import { pause, run } from '../support/processes';
import { Tap } from '../support/tap';
import { canary, colours, GATEWAY_API, hostOf, image, INGRESS_NGINX, rolling, type Shop } from './apps';
import { ask, failures, Load, p99, share, type Sent } from './load';

const work = process.env.WORK ?? '';
const tap = new Tap();
const figures: Record<string, number> = { 'switch-failed-requests': 0, 'rolling-failed-requests': 0 };
/** Requests of each scenario. */
const LEAST = 10_000;
/** A gateway may take this long until a change of a route is in force. */
const FOLLOWS_MS = 4000;

/** Applies what a function writes, and waits for its Deployments. */
async function apply(
  { namespace }: Shop,
  write: (folder: string) => void,
  deployments: readonly string[],
): Promise<void> {
  const folder = join(work, 'manifests');
  mkdirSync(folder, { recursive: true });
  write(folder);
  await kubectl('apply', '--server-side', '--force-conflicts', '--validate=strict', '-f', folder);
  for (const name of deployments)
    await kubectl('-n', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=90s');
}

/** What the first so many requests say. */
async function many(host: string, count: number, headers: Readonly<Record<string, string>> = {}): Promise<Sent[]> {
  const all: Sent[] = [];
  while (all.length < count) all.push(...(await Promise.all(Array.from({ length: 10 }, () => ask(host, headers)))));
  return all;
}

async function all(host: string, version: string, headers: Readonly<Record<string, string>> = {}): Promise<undefined> {
  const sent = await many(host, 200, headers);
  must(`answers of ${version}`, share(sent, version), 100);
  none(sent);
  return undefined;
}

async function serves(host: string): Promise<undefined> {
  for (let left = 100; left > 0; left--) {
    const { status } = await ask(host, {});
    if (status === '200') {
      // One pod of one version is known; the others follow.
      await pause(FOLLOWS_MS);
      return undefined;
    }
    await pause(200);
  }
  throw new Error(`${host} is not served`);
}

function must(what: string, got: number | string, wanted: number | string): void {
  if (got !== wanted) throw new Error(`${what}: ${got}, not ${wanted}`);
}

function none(sent: readonly Sent[]): void {
  const found = failures(sent);
  if (Object.keys(found).length > 0) throw new Error(`of ${sent.length} requests failed: ${JSON.stringify(found)}`);
}

function count(figure: string, sent: readonly Sent[]): void {
  figures[figure] = (figures[figure] ?? 0) + Object.values(failures(sent)).reduce((sum, one) => sum + one, 0);
  none(sent);
}

interface Moved {
  readonly code: number;
  readonly output: string;
  /** What share the version got, and when. */
  readonly steps: readonly { readonly weight: number; readonly at: number }[];
}

/** The command line moves requests. */
async function release(
  shop: Shop,
  words: readonly string[],
  heard: (text: string) => void = () => undefined,
): Promise<Moved> {
  const steps: { weight: number; at: number }[] = [];
  const { code, output } = await run(
    'node',
    [
      join(repo, 'node_modules', 'tsx', 'dist', 'cli.mjs'),
      join(repo, 'cli', 'main.ts'),
      ...['release', '--cluster', 'test', '--kubeconfig', process.env.KUBECONFIG ?? '', '--namespace', shop.namespace],
      ...['--app', 'colours', '--yes', ...words],
    ],
    {
      limit: 180,
      print: (text) => {
        for (const [, weight] of text.matchAll(/gets (\d+) %/g)) steps.push({ weight: Number(weight), at: Date.now() });
        heard(text);
      },
    },
  );
  return { code, output, steps };
}

/** Shares are held to the weights from when the gateway must have followed to the next step. */
function sharesFollow(sent: readonly Sent[], { steps }: Moved, version: string): string {
  const ends = [...steps.slice(1).map(({ at }) => at), Infinity];
  return steps
    .map(({ weight, at }, index) => {
      const during = sent.filter(({ due }) => due > at + FOLLOWS_MS && due < (ends[index] ?? Infinity));
      const got = share(during, version);
      if (during.length < 500) throw new Error(`only ${during.length} requests at ${weight} %`);
      if (Math.abs(got - weight) > 1)
        throw new Error(`at ${weight} % of the weight ${got.toFixed(2)} % of the requests`);
      return `${weight} %: ${got.toFixed(2)} of ${during.length}`;
    })
    .join(', ');
}

const green = async (shop: Shop) => Number(await weightOfGreen(shop));
const weightOfGreen = ({ namespace }: Shop) =>
  namespace === GATEWAY_API.namespace
    ? kubectl(
        '-n',
        namespace,
        'get',
        'httproute',
        'colours',
        '-o',
        'jsonpath={.spec.rules[-1:].backendRefs[?(@.name=="colours-green")].weight}',
      )
    : kubectl(
        '-n',
        namespace,
        'get',
        'ingress',
        'colours-canary',
        '-o',
        String.raw`jsonpath={.metadata.annotations.nginx\.ingress\.kubernetes\.io/canary-weight}`,
      );

async function switches(shop: Shop): Promise<void> {
  const host = hostOf('colours', shop);
  await tap.step('a BlueGreenApp is served', async () => {
    await apply(
      shop,
      (folder) => {
        colours(folder, shop);
      },
      ['colours-blue', 'colours-green'],
    );
    return serves(host);
  });
  await tap.step('all requests go to the active colour', () => all(host, '1.4.2'));
  await tap.step('the preview host asks the other', () => all(hostOf('preview', shop), '1.5.0'));
  await tap.step('release moves requests from blue to green in steps, and none fails', async () => {
    const load = new Load(host);
    await pause(2000);
    const moved = await release(shop, ['--to', 'green', '--steps', '10,50,100', '--hold', '10']);
    const sent = await load.end(LEAST);
    must(moved.output, moved.code, EXITS.DONE);
    count('switch-failed-requests', sent);
    return `${sent.length} requests, 0 failed, p99 ${p99(sent)} ms; ${sharesFollow(sent, moved, '1.5.0')}`;
  });
  await tap.step('half-way back a probe fails: release takes the step back, and no request fails', async () => {
    let status = 200;
    const probe = http.createServer((_, answer) => answer.writeHead(status).end());
    await new Promise<void>((done) => probe.listen(8001, '127.0.0.1', done));
    const load = new Load(host);
    try {
      const words = ['--to', 'blue', '--steps', '50,100', '--hold', '10', '--probe', 'http://127.0.0.1:8001/'];
      const moved = await release(shop, words, (text) => {
        if (text.includes('gets 50 %')) setTimeout(() => (status = 503), 2000);
      });
      await pause(FOLLOWS_MS);
      const since = Date.now();
      const sent = await load.end(LEAST);
      must(moved.output, moved.code, EXITS.FAILED);
      if (!moved.output.includes('http://127.0.0.1:8001/ answered 503; colours-blue is back at 0 %'))
        throw new Error(moved.output);
      must('weight of green', await green(shop), 100);
      must(
        'share of green',
        share(
          sent.filter(({ due }) => due > since),
          '1.5.0',
        ),
        100,
      );
      count('switch-failed-requests', sent);
      return `${sent.length} requests, 0 failed`;
    } finally {
      probe.close();
    }
  });
  await tap.step('and goes back to blue when all is well', async () => {
    const load = new Load(host);
    const moved = await release(shop, ['--to', 'blue', '--steps', '50,100', '--hold', '5']);
    const sent = await load.end(LEAST);
    must(moved.output, moved.code, EXITS.DONE);
    count('switch-failed-requests', sent);
    return `${sent.length} requests, 0 failed`;
  });
}

/** While one of its versions is rolled, and the other is not well. */
async function rolls(shop: Shop): Promise<void> {
  const host = hostOf('rolling', shop);
  await tap.step('a RollingApp is served', async () => {
    await apply(
      shop,
      (folder) => {
        rolling(folder, shop, '1.4.2');
      },
      ['rolling'],
    );
    return serves(host);
  });
  await tap.step('it is rolled under load, and no request fails', async () => {
    const load = new Load(host);
    await pause(2000);
    await apply(
      shop,
      (folder) => {
        rolling(folder, shop, '1.5.0');
      },
      ['rolling'],
    );
    await pause(FOLLOWS_MS + 5000);
    const since = Date.now();
    const sent = await load.end(LEAST);
    must(
      'share of the new version',
      share(
        sent.filter(({ due }) => due > since),
        '1.5.0',
      ),
      100,
    );
    count('rolling-failed-requests', sent);
    return `${sent.length} requests, 0 failed, p99 ${p99(sent)} ms`;
  });
}

async function matches(shop: Shop): Promise<void> {
  const host = hostOf('canary', shop);
  await tap.step('a CanaryApp is served', async () => {
    await apply(
      shop,
      (folder) => {
        canary(folder, shop);
      },
      ['canary-stable', 'canary-canary'],
    );
    return serves(host);
  });
  await tap.step('a header that matches goes to the canary', () =>
    all(host, '1.5.0', { 'x-canary': 'anna@shop.test' }),
  );
  await tap.step('its cookie goes there', () => all(host, '1.5.0', { cookie: `a=b; canary=${shop.cookie}; c=d` }));
  for (const [what, headers] of Object.entries<Readonly<Record<string, string>>>({
    'no header': {},
    'a header that does not match': { 'x-canary': 'joanna@shop.test' },
    'a cookie that only begins like it': { cookie: `canary=${shop.cookie}ish` },
    'a cookie of a name that only ends like it': { cookie: `my-canary=${shop.cookie}` },
  })) {
    await tap.step(`${what}: the weight decides`, async () => {
      const sent = await many(host, 1000, headers);
      none(sent);
      const got = share(sent, '1.5.0');
      if (Math.abs(got - 20) > 1) throw new Error(`${got.toFixed(1)} % of the requests, not 20`);
      return `${got.toFixed(1)} %`;
    });
  }
}

/** What a colour does that has a share and no ready pods; and that release lets none get there. */
async function unready(shop: Shop, without: (sent: readonly Sent[]) => string): Promise<void> {
  const host = hostOf('colours', shop);
  await tap.step('release moves nothing to a version that does not become ready', async () => {
    await apply(
      shop,
      (folder) => {
        colours(folder, shop, { green: { image: image('1.6.0', 'ill') } });
      },
      [],
    );
    const { code, output, steps } = await release(shop, ['--to', 'green', '--ready-minutes', '1']);
    must(output, code, EXITS.FAILED);
    must('steps', steps.length, 0);
    must('weight of green', await green(shop), 0);
    if (!output.includes('colours-green is still rolling out after 1 minutes; no request was moved'))
      throw new Error(output);
    return all(host, '1.4.2');
  });
  await tap.step('what a version without pods does to its share', async () => {
    await apply(
      shop,
      (folder) => {
        colours(folder, shop, { shift: 50 });
      },
      [],
    );
    await kubectl('-n', shop.namespace, 'scale', 'deployment/colours-green', '--replicas=0');
    const pods = ['pods', '-l', 'app.kubernetes.io/name=colours,cdk-container-platform/version=green'];
    await kubectl('-n', shop.namespace, 'wait', ...pods, '--for=delete', '--timeout=60s');
    await pause(FOLLOWS_MS);
    return without(await many(host, 400));
  });
}

async function main(): Promise<void> {
  for (const { namespace } of [GATEWAY_API, INGRESS_NGINX]) {
    await kubectl('create', 'namespace', namespace);
    await kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
  }
  for (const shop of [GATEWAY_API, INGRESS_NGINX]) {
    console.log(`# ${shop.namespace}`);
    await switches(shop);
    await rolls(shop);
    await matches(shop);
  }
  await unready(GATEWAY_API, (sent) => {
    const { 503: refused = 0 } = failures(sent) as { 503?: number };
    if (Math.abs(refused - sent.length / 2) > sent.length / 100) throw new Error(JSON.stringify(failures(sent)));
    return `${refused} of ${sent.length} answered 503`;
  });
  await unready(INGRESS_NGINX, (sent) => {
    none(sent);
    must('share of blue', share(sent, '1.4.2'), 100);
    return 'all went to the other version';
  });
  console.log(`# ${JSON.stringify(figures)}`);
  if (process.env.TRAFFIC_FIGURES) writeFileSync(process.env.TRAFFIC_FIGURES, JSON.stringify(figures));
  process.exitCode = tap.failures > 0 ? 1 : 0;
}

void main();
