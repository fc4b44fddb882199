import type { Chart } from 'cdk8s';
import fc from 'fast-check';
import {
  App,
  ArgoRolloutApp,
  BlueGreenApp,
  CanaryApp,
  ConfigCenter,
  EnvValue,
  GatewayApiRouter,
  IstioRouter,
  Job,
  NginxIngressRouter,
  RollingApp,
  ScheduledJob,
  StatefulApp,
  Tenant,
  type AppProps,
  type Router,
} from '../../lib';
import { faultsOf } from '../support/strict';
import { objectsOf } from './render';

const image = 'registry.shop.example/web:1.4.2';
const runs = { numRuns: 30, seed: 20_261_121, endOnFailure: true };

/** Everything that an app may be given, in any combination that goes together. */
const options = fc.record(
  {
    port: fc.integer({ min: 1024, max: 65535 }),
    command: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
    env: fc.constant({ LEVEL: 'info', PASSWORD: EnvValue.secret('orders', 'password') }),
    resources: fc.constant({ cpu: '250m', memory: '256Mi' }),
    writable: fc.constantFrom([], ['/tmp', '/var/cache']),
    user: fc.integer({ min: 1, max: 2147483647 }),
    priorityClassName: fc.constant('high'),
    imagePullSecretNames: fc.constant(['registry']),
    startSeconds: fc.integer({ min: 2, max: 3600 }),
    graceSeconds: fc.integer({ min: 0, max: 3600 }),
    drainSeconds: fc.integer({ min: 5, max: 3600 }),
    tolerationSeconds: fc.integer({ min: 0, max: 3600 }),
    maxUnavailable: fc.constantFrom(1, 2, '25%'),
    mountsToken: fc.boolean(),
    labels: fc.constant({ team: 'shop' }),
  },
  { requiredKeys: [] },
);
const sizes = fc.oneof(
  fc.record({ replicas: fc.integer({ min: 2, max: 9 }) }),
  fc.record({
    autoscale: fc.record({ max: fc.integer({ min: 2, max: 9 }), memoryPercent: fc.constantFrom(undefined, 80) }),
  }),
);
const routers: Readonly<Record<string, () => Router>> = {
  'Gateway API': () => new GatewayApiRouter({ gatewayClassName: 'traefik' }),
  Istio: () => new IstioRouter(),
  'ingress-nginx': () => new NginxIngressRouter(),
};

function everything(chart: Chart, common: Omit<AppProps, 'image'>, router: Router): void {
  const config = new ConfigCenter(chart, 'Settings', { values: { A: '1' }, files: { 'a.conf': 'x' } });
  const host = 'shop.example';
  const all = { ...common, config: [config] };
  const always = router instanceof NginxIngressRouter ? 'always' : 'yes';
  const api = new App(chart, 'Api', { ...all, image });
  const store = new StatefulApp(chart, 'Orders', { image, volumes: { data: { path: '/data', size: '20Gi' } } });
  const web = new BlueGreenApp(chart, 'Web', {
    ...all,
    blue: { image },
    green: { image },
    active: 'blue',
    host,
    previewHost: 'next.shop.example',
    router,
  });
  new CanaryApp(chart, 'Canary', {
    ...all,
    stable: { image },
    canary: { image },
    by: { weight: 5, header: { name: 'X-Canary', value: 'v2' }, cookie: { name: 'canary', value: always } },
    host,
    router,
  });
  new ArgoRolloutApp(chart, 'Argo', {
    ...all,
    image,
    host,
    router,
    strategy: { canary: [{ weight: 10, pauseSeconds: 60 }, { weight: 50 }] },
  });
  new ArgoRolloutApp(chart, 'ArgoColours', {
    ...all,
    image,
    host,
    router,
    strategy: { blueGreen: { previewHost: 'preview.shop.example', promoteAfterSeconds: 300 } },
  });
  new RollingApp(chart, 'Rolling', { ...all, image, host, router });
  const job = new Job(chart, 'Migrate', { image });
  new ScheduledJob(chart, 'Reports', { image, schedule: '30 2 * * *' }).connectsTo(store);
  web.connectsTo(api);
  api.connectsTo(store);
  job.connectsTo(store);
}

describe.each(Object.keys(routers))('apps behind %s', (name) => {
  const build = (common: Omit<AppProps, 'image'>) =>
    objectsOf((chart) => {
      everything(chart, common, routers[name]!());
    });

  test('are what their definitions say, whatever they are given', () => {
    fc.assert(
      fc.property(options, sizes, (some, size) => {
        const faults = build({ ...some, ...size }).map((object) => [
          object.kind,
          object.metadata.name,
          faultsOf(object),
        ]);
        expect(faults.filter(([, , found]) => found.length > 0)).toEqual([]);
      }),
      runs,
    );
  });

  test('are selected by the same labels, whatever they are given', () => {
    const selectors = (objects: readonly any[]) =>
      Object.fromEntries(
        objects.flatMap(({ kind, metadata, spec }) =>
          ['Deployment', 'Rollout', 'StatefulSet', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'].includes(kind)
            ? [[`${kind} ${metadata.name}`, spec.selector ?? spec.podSelector]]
            : [],
        ),
      );
    const usual = selectors(build({}));
    fc.assert(
      fc.property(options, sizes, (some, size) => {
        expect(selectors(build({ ...some, ...size }))).toEqual(usual);
      }),
      runs,
    );
  });

  test('have pods that are restricted, whatever they are given', () => {
    fc.assert(
      fc.property(options, sizes, (some, size) => {
        for (const { securityContext, containers, hostNetwork, hostPID } of podsOf(build({ ...some, ...size }))) {
          expect([hostNetwork, hostPID]).toEqual([undefined, undefined]);
          expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
          expect(securityContext.runAsUser).toBeGreaterThan(0);
          for (const container of containers) {
            expect(container.securityContext).toEqual({
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            });
            expect(Object.keys(container.resources.requests)).toEqual(['cpu', 'memory']);
            expect(container.resources.limits.memory).toBe(container.resources.requests.memory);
          }
        }
      }),
      runs,
    );
  });
});

/** The pods of everything that makes some. */
function podsOf(objects: readonly any[]): any[] {
  return objects.flatMap(({ kind, spec }) => {
    if (kind === 'CronJob') return [spec.jobTemplate.spec.template.spec];
    return spec?.template?.spec?.containers ? [spec.template.spec] : [];
  });
}

test('the order in which apps, connections and environments are given changes no object', () => {
  const names = ['A', 'B', 'C', 'D'];
  const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const));
  const build = (apps: readonly string[], connections: typeof pairs, env: readonly string[]) =>
    objectsOf((chart) => {
      const made = new Map(
        apps.map((name) => [
          name,
          new App(chart, name, { image, env: Object.fromEntries(env.map((key) => [key, `${key} of ${name}`])) }),
        ]),
      );
      for (const [from, to] of connections) made.get(from)!.connectsTo(made.get(to)!);
    });
  const sorted = (objects: readonly any[]) =>
    Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
  const keys = ['X', 'Y', 'Z'];
  const some = pairs.slice(0, 7);
  const usual = sorted(build(names, some, keys));
  const shuffled = <T>(all: readonly T[]) => fc.shuffledSubarray([...all], { minLength: all.length });
  fc.assert(
    fc.property(shuffled(names), shuffled(some), shuffled(keys), (apps, connections, env) => {
      expect(sorted(build(apps, connections, env))).toEqual(usual);
    }),
    runs,
  );
});

test('a tenant is what its definitions say', () => {
  const objects = objectsOf(
    (chart) =>
      new Tenant(chart, 'Shop', {
        quota: { cpu: '20', memory: '64Gi', storage: '1Ti', pods: 50 },
        groups: { admins: ['a'], developers: ['d'], viewers: ['v'] },
        admits: [{ namespace: 'gateway' }],
      }),
  );
  expect(objects.flatMap((object) => faultsOf(object))).toEqual([]);
});

describe('the check finds', () => {
  const deployment = (): any =>
    objectsOf((chart) => new App(chart, 'Web', { image })).find(({ kind }) => kind === 'Deployment');

  test.each<[title: string, spoil: (object: any) => void, fault: string]>([
    ['a field that nobody knows', ({ spec }) => (spec.template.spec.zone = 'a'), '/spec/template/spec/zone is unknown'],
    [
      'one deep inside',
      ({ spec }) => (spec.template.spec.containers[0].readinessProbe.httpGet.url = 'x'),
      '/spec/template/spec/containers/0/readinessProbe/httpGet/url is unknown',
    ],
    ['a wrong type', ({ spec }) => (spec.replicas = 'two'), '/spec/replicas must be integer'],
  ])('%s', (_title, spoil, fault) => {
    const object = deployment();
    spoil(object);
    expect(faultsOf(object).join('\n')).toContain(fault);
  });
});
