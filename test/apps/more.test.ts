import { App } from '../../lib/apps/app';
import { BlueGreenApp } from '../../lib/apps/blue-green-app';
import { CanaryApp } from '../../lib/apps/canary-app';
import { ConfigCenter } from '../../lib/apps/config-center';
import { Job, ScheduledJob } from '../../lib/apps/job';
import { RollingApp } from '../../lib/apps/rolling-app';
import { StatefulApp, type StatefulAppProps } from '../../lib/apps/stateful-app';
import { Tenant } from '../../lib/apps/tenant';
import type { TenantProps } from '../../lib/apps/tenant-props';
import { policy } from '../../lib';
import { messageOf } from '../support/messages';
import { chartOf, objectsOf, one } from './render';

const image = 'registry.example/shop/web:1.4.2';

test('an image may be a value of Terraform', () => {
  const later = '${TfToken[TOKEN.7]}';
  expect(
    one(
      objectsOf((chart) => new App(chart, 'Web', { image: later })),
      'Deployment',
    ).spec.template.spec.containers[0].image,
  ).toBe(later);
});

describe('a stateful app', () => {
  const store = (props: Partial<StatefulAppProps> = {}): StatefulAppProps => ({
    image,
    port: 5432,
    volumes: { data: { path: '/data', size: '20Gi' } },
    ...props,
  });

  test('keeps its volumes, names its pods, and rolls from a partition on', () => {
    const objects = objectsOf((chart) => new StatefulApp(chart, 'Store', store({ replicas: 3, partition: 2 })));
    const { spec } = one(objects, 'StatefulSet');
    expect(spec).toMatchObject({
      serviceName: 'store',
      replicas: 3,
      updateStrategy: { rollingUpdate: { partition: 2 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { resources: { requests: { storage: '20Gi' } } } }],
    });
    expect(spec.template.spec.containers[0].volumeMounts).toContainEqual({ name: 'data', mountPath: '/data' });
    expect(one(objects, 'Service').spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
  });

  test.each<[Partial<StatefulAppProps>, string]>([
    [
      { replicas: 1 },
      '[chart/Store] replicas must be a whole number of at least 2, got 1; one alone is gone with its host',
    ],
    [{ partition: 3 }, '[chart/Store] partition must be a whole number from 0 to 2, got 3; choose one'],
    [
      { maxUnavailable: 0 },
      '[chart/Store] maxUnavailable must be a number of at least 1 or a share such as 25%, got 0; with less no node could be drained',
    ],
    [{ graceSeconds: -1 }, '[chart/Store] graceSeconds must be a whole number from 0 to 3600, got -1; choose one'],
    [{ startSeconds: 0 }, '[chart/Store] startSeconds must be a whole number from 2 to 3600, got 0; choose one'],
    [
      { port: 80 },
      '[chart/Store] port must be a whole number from 1024 to 65535, since a container without rights opens no lower one, got 80; choose one such as 8080',
    ],
    [{ volumes: {} }, '[chart/Store] volumes must name at least one, got none; App has none'],
    [
      { volumes: { Data: { path: '/data', size: '1Gi' } } },
      '[chart/Store] volumes must have names of lower case letters, digits and dashes, got Data; rename it',
    ],
    [
      { volumes: { data: { path: 'data', size: '1Gi' } } },
      '[chart/Store] volumes data must be mounted at a path that begins with a slash, got data; write it as /data',
    ],
    [
      { volumes: { data: { path: '/data', size: 'big' } } },
      '[chart/Store] volumes data must be an amount of memory of at least 1Mi, got big; write it as 256Mi or 2Gi',
    ],
  ])('refuses %j', (props, message) => {
    expect(messageOf(() => new StatefulApp(chartOf(), 'Store', store(props)))).toBe(message);
  });
});

describe('jobs', () => {
  test('a change of what a Job does makes another Job', () => {
    const name = (args: string[]) =>
      one(
        objectsOf((chart) => new Job(chart, 'Migrate', { image, args })),
        'Job',
      ).metadata.name as string;
    expect(name(['up'])).toMatch(/^migrate-[0-9a-f]{8}$/);
    expect(name(['up'])).toBe(name(['up']));
    expect(name(['up'])).not.toBe(name(['down']));
  });

  test('a node that goes takes no try with it', () => {
    const job = one(
      objectsOf((chart) => new Job(chart, 'Migrate', { image })),
      'Job',
    );
    expect(job.spec).toMatchObject({
      backoffLimit: 3,
      podFailurePolicy: {
        rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      },
      template: { spec: { restartPolicy: 'Never' } },
    });
  });

  test('a schedule has its time zone, and runs once at a time', () => {
    const job = one(
      objectsOf((chart) => new ScheduledJob(chart, 'Night', { image, schedule: '30 2 * * 1-5' })),
      'CronJob',
    );
    expect(job.spec).toMatchObject({ schedule: '30 2 * * 1-5', timeZone: 'Etc/UTC', concurrencyPolicy: 'Forbid' });
  });

  test.each([
    ['30 2 * *', '[chart/Night] schedule must be five fields of cron, got 30 2 * *; write it as 30 2 * * *'],
    [
      '30 24 * * *',
      '[chart/Night] schedule must be five fields of cron, got hour in 30 24 * * *; write it as 30 2 * * *',
    ],
    [
      '*/0 2 * * *',
      '[chart/Night] schedule must be five fields of cron, got minute in */0 2 * * *; write it as 30 2 * * *',
    ],
  ])('the schedule %s is refused', (schedule, message) => {
    expect(messageOf(() => new ScheduledJob(chartOf(), 'Night', { image, schedule }))).toBe(message);
  });

  test('numbers that cannot be are refused', () => {
    expect(messageOf(() => new Job(chartOf(), 'Migrate', { image, retries: -1 }))).toBe(
      '[chart/Migrate] retries must be a whole number from 0 to 100, got -1; choose one',
    );
  });
});

describe('a tenant', () => {
  const tenant = (props: Partial<TenantProps> = {}): TenantProps => ({
    quota: { cpu: '20', memory: '64Gi' },
    groups: { developers: ['shop-developers'], viewers: ['everybody'] },
    ...props,
  });

  test('is a closed namespace with a quota, limits, rights and Pod Security', () => {
    const objects = objectsOf((chart) => new Tenant(chart, 'Shop', tenant()));
    expect(one(objects, 'Namespace').metadata).toMatchObject({
      name: 'shop',
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted', 'cdk-container-platform/tenant': 'shop' },
    });
    expect(one(objects, 'ResourceQuota').spec.hard).toEqual({
      'requests.cpu': '20',
      'limits.cpu': '80',
      'requests.memory': '64Gi',
      'limits.memory': '64Gi',
      pods: '100',
      'services.nodeports': '0',
      'services.loadbalancers': '0',
    });
    expect(one(objects, 'NetworkPolicy').spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    expect(one(objects, 'RoleBinding', 'tenant-developers').subjects).toEqual([
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'shop-developers' },
    ]);
  });

  test('nobody in it may change what bounds it', () => {
    const objects = objectsOf(
      (chart) => new Tenant(chart, 'Shop', tenant({ groups: { admins: ['a'], developers: ['b'], viewers: ['c'] } })),
    );
    const bounds = ['resourcequotas', 'limitranges', 'networkpolicies', 'roles', 'rolebindings', '*'];
    for (const { rules } of objects.filter(({ kind }) => kind === 'Role')) {
      const changes = rules.filter(({ verbs }: any) =>
        verbs.some((verb: string) => !['get', 'list', 'watch'].includes(verb)),
      );
      expect(changes.flatMap(({ resources }: any) => resources).filter((one: string) => bounds.includes(one))).toEqual(
        [],
      );
    }
    const secrets = (name: string) => JSON.stringify(one(objects, 'Role', name)).includes('"secrets"');
    expect([secrets('tenant-admins'), secrets('tenant-developers'), secrets('tenant-viewers')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each<[Partial<TenantProps>, string]>([
    [{ namespaces: [] }, '[chart/Shop] namespaces must name at least one, got none; leave it out for one of the name'],
    [
      { namespaces: ['kube-system'] },
      "[chart/Shop] namespaces must be DNS labels that are not Kubernetes' own, got kube-system; write it as shop-stage",
    ],
    [{ namespaces: ['a', 'a'] }, '[chart/Shop] namespaces must differ, got a twice; remove one'],
    [
      { quota: { cpu: 'x', memory: '1Gi' } },
      '[chart/Shop] quota.cpu must be an amount of CPU above 0, got x; write it as 250m or 2',
    ],
    [
      { quota: { cpu: '1', memory: '1Gi', pods: 0 } },
      '[chart/Shop] quota.pods must be a whole number of at least 1, got 0; choose one',
    ],
    [
      { groups: { admins: ['system:masters'] } },
      '[chart/Shop] groups.admins must not begin with system:, got system:masters; name a group of people',
    ],
  ])('refuses %j', (props, message) => {
    expect(messageOf(() => new Tenant(chartOf(), 'Shop', tenant(props)))).toBe(message);
  });

  test.each<[title: string, quota: TenantProps['quota'], message: string]>([
    [
      'an app at its largest',
      { cpu: '1', memory: '64Gi' },
      "quota.cpu of tenant shop must hold web at its largest, with a rollout's further pods, got 1600m above 1; raise the quota or make it smaller",
    ],
    [
      'all apps at their smallest',
      { cpu: '20', memory: '2Gi' },
      'quota.memory of tenant shop must hold all apps of shop at their smallest, got 2816Mi above 2Gi; raise the quota or make it smaller',
    ],
    [
      'so many pods',
      { cpu: '20', memory: '64Gi', pods: 15 },
      "quota.pods of tenant shop must hold web at its largest, with a rollout's further pods, got 16 above 15; raise the quota or make it smaller",
    ],
  ])('its quota must hold %s', (_title, quota, message) => {
    const said = messageOf(() =>
      objectsOf((chart) => {
        new Tenant(chart, 'Shop', tenant({ quota }));
        for (let n = 0; n < 9; n += 1) new App(chart, `Api${n}`, { image });
        const props = { blue: { image }, green: { image }, active: 'blue' as const, host: 'shop.example' };
        new BlueGreenApp(chart, 'Web', { ...props, autoscale: { max: 6 } });
      }),
    );
    expect(said.split('] ')[1]).toBe(message);
  });

  test('all together must fit the cluster', () => {
    const chart = chartOf();
    const tenants = ['One', 'Two'].map(
      (id) => new Tenant(chart, id, tenant({ namespaces: [`${id.toLowerCase()}-a`, `${id.toLowerCase()}-b`] })),
    );
    const together = (capacity: Parameters<typeof Tenant.checkTogether>[2]) =>
      messageOf(() => {
        Tenant.checkTogether(chart, tenants, capacity);
      });
    expect(together({ cpu: '80', memory: '256Gi' })).toBe('nothing is thrown');
    expect(together({ cpu: '60', memory: '256Gi' })).toBe(
      "[chart] quotas of all tenants must fit the cluster's CPU, got 80 above 60; lower them, add hosts, or say by overCommit how much is never asked for at once",
    );
    expect(together({ cpu: '60', memory: '100Gi', overCommit: 2 })).toBe(
      "[chart] quotas of all tenants must fit the cluster's memory, got 256Gi above 100Gi times 2; lower them, add hosts, or say by overCommit how much is never asked for at once",
    );
    expect(together({ cpu: '80', memory: '256Gi', overCommit: 0.5 })).toBe(
      '[chart] overCommit must be at least 1, got 0.5; 1 promises what is there',
    );
  });
});

test('what apps and tenants are made of breaks no rule of policy', () => {
  const objects = objectsOf((chart) => {
    new Tenant(chart, 'Shop', { quota: { cpu: '20', memory: '64Gi' }, groups: { admins: ['shop'] } });
    const config = new ConfigCenter(chart, 'Config', { values: { LOG_LEVEL: 'info' } });
    const api = new App(chart, 'Api', { image, config: [config] });
    const store = new StatefulApp(chart, 'Store', { image, volumes: { data: { path: '/data', size: '1Gi' } } });
    const web = new BlueGreenApp(chart, 'Web', {
      blue: { image },
      green: { image: 'registry.example/shop/web:1.5.0' },
      active: 'blue',
      host: 'shop.example',
      autoscale: { max: 6 },
    });
    const admin = new RollingApp(chart, 'Admin', { image, host: 'admin.shop.example' });
    new CanaryApp(chart, 'Cart', {
      stable: { image },
      canary: { image },
      by: { weight: 5 },
      host: 'cart.shop.example',
    });
    new Job(chart, 'Migrate', { image }).connectsTo(store);
    new ScheduledJob(chart, 'Night', { image, schedule: '30 2 * * *' });
    web.connectsTo(api);
    admin.connectsTo(api);
    api.connectsTo(store);
  });
  const findings = policy.checkObjects(objects);
  expect(
    findings.map(({ rule, message, object }: any) => `${object.kind} ${object.name}: ${rule}: ${message}`),
  ).toEqual([]);
});
