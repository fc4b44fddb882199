/** The steps of e2e/api/apps.sh: WORK is its folder, KUBECONFIG its cluster's. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { items, kubectl, refused, until } from '../support/kubectl';
import { run } from '../support/processes';
import { Tap } from '../support/tap';

interface Named {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
}
interface Pod extends Named {
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}
interface Workload extends Named {
  readonly kind: string;
  readonly spec: { readonly replicas: number };
  readonly status: { readonly readyReplicas?: number; readonly availableReplicas?: number };
}

const work = process.env.WORK ?? '';
const tap = new Tap();
const SHOP = ['-n', 'shop'];
const ZONE = 'topology.kubernetes.io/zone';
const LOST = 'b';

const workloads = () => items<Workload>('deployments,statefulsets', ...SHOP);
const zones = new Map<string, string>();

/** Pods that serve, by the name of what they are of. */
async function serving(): Promise<
  Map<string, { readonly pod: string; readonly node: string; readonly zone: string }[]>
> {
  const found = new Map<string, { pod: string; node: string; zone: string }[]>();
  for (const { metadata, spec, status } of await items<Pod>('pods', ...SHOP)) {
    const ready = status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
    if (!ready || metadata.deletionTimestamp !== undefined) continue;
    const [owner] = metadata.ownerReferences ?? [];
    const of = owner?.kind === 'ReplicaSet' ? owner.name.replace(/-[^-]*$/, '') : (owner?.name ?? '');
    const { nodeName: node = '' } = spec;
    found.set(of, [...(found.get(of) ?? []), { pod: metadata.name, node, zone: zones.get(node) ?? '' }]);
  }
  return found;
}

async function allReady(): Promise<string | undefined> {
  const pods = await serving();
  const lacking = (await workloads()).filter(
    ({ metadata, spec }) => (pods.get(metadata.name)?.length ?? 0) < spec.replicas,
  );
  return lacking.length > 0 ? lacking.map(({ metadata }) => metadata.name).join(', ') : undefined;
}

/** How many more the fullest has than the emptiest of all there are. */
function skew(of: readonly string[], among: readonly string[]): number {
  const counts = among.map((one) => of.filter((other) => other === one).length);
  return Math.max(...counts) - Math.min(...counts);
}

async function spread(among: readonly string[]): Promise<string> {
  const words: string[] = [];
  for (const [name, pods] of await serving()) {
    const byZone = pods.map(({ zone }) => zone);
    if (skew(byZone, among) > 1) throw new Error(`${name} is in zones ${byZone.join(', ')}`);
    if (new Set(pods.map(({ node }) => node)).size < Math.min(pods.length, 2 * among.length))
      throw new Error(`${name} has two pods on a host: ${pods.map(({ node }) => node).join(', ')}`);
    words.push(`${name} ${byZone.sort().join('')}`);
  }
  return words.join(', ');
}

const power = (to: 'on' | 'off') =>
  kubectl('label', 'node', '-l', `${ZONE}=${LOST}`, `simulated/power=${to}`, '--overwrite');
const readyNodes = async (wanted: number): Promise<string | undefined> => {
  const nodes = await items<Pod>('nodes');
  const ready = nodes.filter(({ status }) =>
    status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  return ready.length === wanted ? undefined : `${ready.length} nodes are Ready`;
};

async function placed(): Promise<void> {
  await tap.step('volumes are at hand', async () => {
    await kubectl('apply', '-f', join(__dirname, 'volumes.yaml'));
    return undefined;
  });
  await tap.step('every object of the manifests example is taken, read strictly', async () => {
    const files = readdirSync(join(work, 'dist')).sort();
    const printed = await kubectl(
      'apply',
      '--server-side',
      '--validate=strict',
      ...files.flatMap((file) => ['-f', join(work, 'dist', file)]),
    );
    return `${printed.trim().split('\n').length} objects of ${files.join(', ')}`;
  });
  await tap.step('everything becomes ready, also what an autoscaler decides', async () => {
    await until(90, async () => {
      // An autoscaler without measurements still keeps to its fewest; until it looks there is one.
      const alone = (await workloads()).find(({ spec }) => spec.replicas < 2);
      return alone ? `${alone.metadata.name} has fewer than two pods` : allReady();
    });
    return undefined;
  });
  await tap.step('pods are spread over zones and hosts', () => spread(['a', 'b', 'c']));
}

/** What the example declares; every colour is one app here. */
const DECLARED = [
  'api > orders 8080/TCP',
  'gateway > web 8080/TCP',
  'reports > orders 8080/TCP',
  'web > api 8080/TCP',
  ...['api', 'orders', 'reports', 'web'].flatMap((from) =>
    ['TCP', 'UDP'].map((protocol) => `${from} > dns 53/${protocol}`),
  ),
].sort();

/** Pods of nobody's app: namespace, name, label. */
const OTHERS = [
  ['gateway', 'gateway', 'app=gateway'],
  ['kube-system', 'dns', 'k8s-app=kube-dns'],
  ['default', 'stranger', 'app=web'],
] as const;

async function pairs(): Promise<void> {
  await tap.step('of all pairs of pods and ports, only what is declared may connect, by Cyclonus', async () => {
    for (const [namespace, name, label] of OTHERS) {
      if (namespace === 'gateway') await kubectl('create', 'namespace', namespace);
      await kubectl('-n', namespace, 'run', name, '--image=registry.test/x:1', `--labels=${label}`);
      await kubectl('-n', namespace, 'wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s');
    }
    await kubectl(...SHOP, 'create', 'job', 'reports-now', '--from=cronjob/reports');
    await kubectl(...SHOP, 'wait', 'job/reports-now', '--for=condition=Complete', '--timeout=60s');
    const files = await Promise.all(
      ['namespaces', 'pods', 'networkpolicies'].map(async (kind) => {
        const file = join(work, `${kind}.json`);
        writeFileSync(file, await kubectl('get', kind, '-A', '-o', 'json'));
        return file;
      }),
    );
    const ports = ['8080/TCP', '53/TCP', '53/UDP', '5432/TCP', '22/TCP'];
    const { code, stdout, output } = await run('pairs', [...files, ...ports], { limit: 60 });
    if (code !== 0) throw new Error(output);
    const apps = ['api', 'orders', 'reports', 'web', 'gateway', 'dns', 'stranger'];
    const nameOf = (pod = '') => apps.find((app) => pod.split('/')[1]?.startsWith(app)) ?? pod;
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .filter((words) => words.slice(0, 2).some((pod) => pod.startsWith('shop/')))
      .map(([from, to, port = '']) => `${nameOf(from)} > ${nameOf(to)} ${port}`);
    const all = [...new Set(found)].sort();
    if (all.join('\n') !== DECLARED.join('\n')) throw new Error(`may connect:\n${all.join('\n')}`);
    for (const [namespace, name] of OTHERS) await kubectl('-n', namespace, 'delete', 'pod', name);
    await kubectl(...SHOP, 'delete', 'job', 'reports-now');
    return `${found.length} connections of pods, ${all.length} of apps`;
  });
}

async function refusals(): Promise<void> {
  const denied = async (words: RegExp, ...command: readonly string[]): Promise<undefined> => {
    const said = await refused(...command);
    if (!words.test(said)) throw new Error(said);
    return undefined;
  };
  await tap.step('the tenant refuses a pod that may do everything', () =>
    denied(
      /violates PodSecurity "restricted/,
      ...SHOP,
      'run',
      'bad',
      '--image=x:1',
      '--overrides={"spec":{"hostNetwork":true}}',
    ),
  );
  await tap.step('its quota holds', async () => {
    await kubectl(...SHOP, 'scale', 'deployment/web-blue', '--replicas=300');
    await until(60, async () =>
      (await kubectl(...SHOP, 'get', 'events', '--field-selector=reason=FailedCreate')).includes('exceeded quota')
        ? undefined
        : 'no event says so',
    );
    await kubectl(...SHOP, 'scale', 'deployment/web-blue', '--replicas=2');
    await until(90, allReady);
    return undefined;
  });
  const developer = ['--as=anna', '--as-group=shop-developers'];
  await tap.step('a developer deploys, and sees neither Secrets nor other namespaces', async () => {
    await kubectl(...developer, ...SHOP, 'rollout', 'restart', 'deployment/api');
    await denied(/forbidden/, ...developer, ...SHOP, 'get', 'secrets');
    await denied(/forbidden/, ...developer, '-n', 'default', 'get', 'pods');
    await denied(/forbidden/, ...developer, ...SHOP, 'delete', 'resourcequota', '--all');
    await denied(/forbidden/, ...developer, ...SHOP, 'delete', 'networkpolicy', '--all');
    await denied(
      /forbidden/,
      ...developer,
      ...SHOP,
      'create',
      'rolebinding',
      'more',
      '--clusterrole=admin',
      '--user=anna',
    );
    await kubectl(...SHOP, 'rollout', 'status', 'deployment/api', '--timeout=90s');
    return undefined;
  });
  await tap.step('whoever is in no group of the tenant sees nothing', () =>
    denied(/forbidden/, '--as=mallory', ...SHOP, 'get', 'pods'),
  );
}

async function disruptions(): Promise<void> {
  await tap.step('a budget lets one pod go, and not the next', async () => {
    // Its controller may still be counting the pods of the step before.
    await until(60, async () => {
      const status = await kubectl(...SHOP, 'get', 'pdb', 'web-blue', '-o', 'jsonpath={.status}');
      const { expectedPods, disruptionsAllowed } = JSON.parse(status) as Record<string, number>;
      return expectedPods === 2 && disruptionsAllowed === 1 ? undefined : status;
    });
    const [first, second] = (await serving()).get('web-blue') ?? [];
    const evict = (pod = '') => {
      const path = `/api/v1/namespaces/shop/pods/${pod}/eviction`;
      return ['create', '--raw', path, '-f', join(work, 'eviction.json')] as const;
    };
    const body = (name = '') => {
      writeFileSync(
        join(work, 'eviction.json'),
        JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'shop' } }),
      );
    };
    // Else the first one's successor is ready before the second is asked for.
    await kubectl('cordon', '-l', 'simulated/power=on');
    body(first?.pod);
    await kubectl(...evict(first?.pod));
    body(second?.pod);
    const said = await refused(...evict(second?.pod)).finally(() => kubectl('uncordon', '-l', 'simulated/power=on'));
    if (!said.includes('disruption budget')) throw new Error(said);
    await until(60, allReady);
    return undefined;
  });
  await tap.step('a host is drained within all budgets', async () => {
    const printed = await kubectl('drain', 'node-1', '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=120s');
    await kubectl('uncordon', 'node-1');
    await until(60, allReady);
    return `${(printed.match(/evicted/g) ?? []).length} pods evicted`;
  });
}

async function zoneLost(): Promise<void> {
  const before = new Map(
    [...(await serving())].map(([name, pods]) => [name, pods.filter(({ zone }) => zone !== LOST).length]),
  );
  await tap.step('a zone is lost: what stood elsewhere stays, what stood there comes back elsewhere', async () => {
    const began = Date.now();
    await power('off');
    await until(60, () => readyNodes(4));
    const noticed = Math.round((Date.now() - began) / 1000);
    await until(150, async () => {
      const pods = await serving();
      for (const [name, least] of before) {
        const now = pods.get(name)?.length ?? 0;
        if (now < least) throw new Error(`${name} has ${now} pods, fewer than the ${least} that stood elsewhere`);
      }
      // A pod of a StatefulSet is started again only where its host is known to be dead.
      const lacking = (await workloads()).filter(
        ({ kind, metadata, spec }) => kind === 'Deployment' && (pods.get(metadata.name)?.length ?? 0) < spec.replicas,
      );
      return lacking.length > 0 ? lacking.map(({ metadata }) => metadata.name).join(', ') : undefined;
    });
    return `noticed after ${noticed} s, full strength after ${Math.round((Date.now() - began) / 1000)} s`;
  });
  await tap.step('a store comes back too, once its hosts are said to be dead', async () => {
    await kubectl('taint', 'node', '-l', `${ZONE}=${LOST}`, 'node.kubernetes.io/out-of-service=lost:NoExecute');
    await until(60, allReady);
    return spread(['a', 'c']);
  });
  await tap.step('the zone is back', async () => {
    await kubectl('taint', 'node', '-l', `${ZONE}=${LOST}`, 'node.kubernetes.io/out-of-service-');
    await power('on');
    await until(60, () => readyNodes(6));
    await until(60, allReady);
    return undefined;
  });
  await tap.step('the next rollout spreads over all three again', async () => {
    await kubectl(...SHOP, 'rollout', 'restart', 'deployment');
    for (const { kind, metadata } of await workloads())
      if (kind === 'Deployment')
        await kubectl(...SHOP, 'rollout', 'status', `deployment/${metadata.name}`, '--timeout=120s');
    await until(60, allReady);
    return undefined;
  });
}

async function main(): Promise<void> {
  for (const { metadata } of await items<Named>('nodes')) zones.set(metadata.name, metadata.labels?.[ZONE] ?? '');
  await placed();
  await pairs();
  await refusals();
  await disruptions();
  await zoneLost();
  process.exitCode = tap.failures > 0 ? 1 : 0;
}

void main();
