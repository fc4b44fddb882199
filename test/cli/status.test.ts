import type { MachineGroup } from '../../cli/cloud';
import { EXITS, Failure } from '../../cli/exits';
import type { KubeNode } from '../../cli/kube';
import { FakeStage } from './stage';

const zones = ['a', 'b', 'c'];
const shop = ['status', '--cluster', 'shop'];
const key = 'snapshots/1a2b3c4d/20260301T114500Z-cp-a.db';

const group = (name: string, ids: string[], more: Partial<MachineGroup> = {}): MachineGroup => ({
  name,
  role: 'control-plane',
  zones: ['eu-central-1a'],
  min: ids.length,
  max: ids.length,
  desired: ids.length,
  template: { id: 'lt-1', latestVersion: '3' },
  machines: ids.map((id) => ({ id, zone: 'eu-central-1a', state: 'InService', templateVersion: '3' })),
  ...more,
});

const node = (name: string, machineId: string, role: KubeNode['role'] = 'control-plane'): KubeNode => ({
  name,
  role,
  machineId,
  ready: true,
  cordoned: false,
  version: 'v1.36.3',
  zone: 'eu-central-1a',
  addresses: [],
});

const note = (leader: boolean, more: object = {}) => ({
  at: '2026-03-01T11:59:30Z',
  version: '1.36.3',
  certificateDaysLeft: 300,
  etcd: {
    leader,
    members: zones.map((zone, index) => ({
      name: `cp-${zone}`,
      id: `fedcba987654321${index}`,
      healthy: true,
      learner: false,
    })),
  },
  snapshot: { key, at: '2026-03-01T11:45:00Z' },
  ...more,
});

/** A cluster that is well, but for what a test changes. */
function wellStage(notes: Record<string, object | string> = {}): FakeStage {
  const stage = new FakeStage();
  stage.cloud.all = [
    ...zones.map((zone) => group(`shop-control-plane-${zone}`, [`i-${zone}`])),
    group('shop-workers', ['i-w1', 'i-w2'], { role: 'worker', pool: 'workers' }),
  ];
  stage.kube.all = [
    ...zones.map((zone) => node(`cp-${zone}`, `i-${zone}`)),
    node('w1', 'i-w1', 'worker'),
    node('w2', 'i-w2', 'worker'),
  ];
  const all = { 'cp-a': note(true), 'cp-b': note(false), 'cp-c': note(false), ...notes };
  stage.kube.configMaps.set(
    'hacluster-status',
    Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  );
  return stage;
}

async function problems(stage: FakeStage, ...words: string[]): Promise<string[]> {
  const exit = await stage.run(...shop, '--json', ...words);
  const { well, problems } = stage.json;
  expect([exit, well]).toEqual(problems.length === 0 ? [EXITS.DONE, true] : [EXITS.UNWELL, false]);
  return problems;
}

test('a cluster that is well is told in tables', async () => {
  const stage = wellStage();
  expect(await stage.run(...shop)).toBe(EXITS.DONE);
  expect(stage.out).toBe(
    [
      'cluster shop (1a2b3c4d) at api.shop.test:6443, API ready',
      '',
      'control planes',
      '  name  zone           machine  node   version  etcd            certificates  noted',
      '  cp-a  eu-central-1a  i-a      Ready  v1.36.3  healthy, leads  300 days      30 s ago',
      '  cp-b  eu-central-1a  i-b      Ready  v1.36.3  healthy         300 days      30 s ago',
      '  cp-c  eu-central-1a  i-c      Ready  v1.36.3  healthy         300 days      30 s ago',
      '',
      'groups',
      '  name                  pool     machines  ready  version  template',
      '  shop-control-plane-a  -        1 of 1    1      v1.36.3  latest',
      '  shop-control-plane-b  -        1 of 1    1      v1.36.3  latest',
      '  shop-control-plane-c  -        1 of 1    1      v1.36.3  latest',
      '  shop-workers          workers  2 of 2    2      v1.36.3  latest',
      '',
      `last snapshot: ${key}, 15 min ago`,
      'all is well',
      '',
    ].join('\n'),
  );
});

test('the same for programs, with the whole ids of members', async () => {
  const stage = wellStage();
  expect(await problems(stage)).toEqual([]);
  const { controlPlanes, groups, snapshot, ...rest } = stage.json;
  expect(rest).toEqual({
    cluster: 'shop',
    uid: '1a2b3c4d',
    endpoint: 'api.shop.test:6443',
    api: 'ready',
    well: true,
    problems: [],
  });
  expect(controlPlanes[1]).toEqual({
    name: 'cp-b',
    machine: 'i-b',
    zone: 'eu-central-1a',
    ready: true,
    version: 'v1.36.3',
    leader: false,
    member: { name: 'cp-b', id: 'fedcba9876543211', healthy: true, learner: false },
    certificateDaysLeft: 300,
    notedSeconds: 30,
  });
  expect(groups[3]).toMatchObject({
    pool: 'workers',
    desired: 2,
    inService: 2,
    ready: 2,
    versions: ['v1.36.3'],
    outdated: 0,
  });
  expect(snapshot).toEqual({ key, at: '2026-03-01T11:45:00Z', ageSeconds: 900 });
});

test('an older template and other versions are told, and are no illness', async () => {
  const stage = wellStage();
  const [first, ...rest] = stage.cloud.all[3]!.machines;
  stage.cloud.all[3] = { ...stage.cloud.all[3]!, machines: [{ ...first!, templateVersion: '2' }, ...rest] };
  stage.kube.all[4] = { ...stage.kube.all[4]!, version: 'v1.35.4' };
  expect(await stage.run(...shop)).toBe(EXITS.DONE);
  expect(stage.out).toContain('shop-workers          workers  2 of 2    2      v1.35.4, v1.36.3  1 older');
});

const members = (more: object) =>
  note(true, { etcd: { leader: true, members: [{ name: 'cp-a', id: '1', healthy: true, learner: false, ...more }] } });

test.each<[string, (stage: FakeStage) => void, string[]]>([
  [
    'a node that is not ready',
    ({ kube }) => (kube.all[3] = { ...kube.all[3]!, ready: false }),
    ['shop-workers has 1 Ready nodes of 2 machines in service'],
  ],
  [
    'a control plane that is not ready',
    ({ kube }) => (kube.all[0] = { ...kube.all[0]!, ready: false }),
    ['shop-control-plane-a has 0 Ready nodes of 1 machines in service', 'control plane cp-a is not Ready'],
  ],
  [
    'a machine that starts only now',
    ({ cloud }) =>
      (cloud.all[1] = {
        ...cloud.all[1]!,
        machines: [{ id: 'i-n', zone: 'z', state: 'Pending', templateVersion: '3' }],
      }),
    ['shop-control-plane-b has 0 of 1 machines in service'],
  ],
  ['an API server that is not ready', ({ kube }) => (kube.ready = false), ['the API server that answers is not ready']],
])('fails when there is %s', async (_, change, expected) => {
  const stage = wellStage();
  change(stage);
  expect(await problems(stage)).toEqual(expected);
});

test.each<[string, Record<string, object | string>, string[]]>([
  [
    'a note that is old',
    { 'cp-b': note(false, { at: '2026-03-01T11:50:00Z' }) },
    ['control plane cp-b noted nothing of itself for 600 s'],
  ],
  ['a note that is no JSON', { 'cp-b': '{' }, ['control plane cp-b has noted nothing of itself']],
  [
    'a certificate that ends soon',
    { 'cp-b': note(false, { certificateDaysLeft: 29 }) },
    ['a certificate of cp-b ends in 29 days'],
  ],
  ['nobody who leads', { 'cp-a': note(false) }, ['no control plane says that its etcd member leads']],
  [
    'no snapshot',
    Object.fromEntries(zones.map((zone) => [`cp-${zone}`, note(zone === 'a', { snapshot: null })])),
    ['no snapshot is in the bucket'],
  ],
])('fails when there is %s', async (_, notes, expected) => {
  expect(await problems(wellStage(notes))).toEqual(expected);
});

test.each<[object, string[]]>([
  [{}, ['control plane cp-b is no member of etcd', 'control plane cp-c is no member of etcd']],
  [
    { healthy: false },
    [
      'the etcd member of cp-a is not healthy',
      'control plane cp-b is no member of etcd',
      'control plane cp-c is no member of etcd',
    ],
  ],
  [
    { learner: true },
    [
      'the etcd member of cp-a is a learner still',
      'control plane cp-b is no member of etcd',
      'control plane cp-c is no member of etcd',
    ],
  ],
])('members are those of the newest note: %j', async (more, expected) => {
  const at = '2026-03-01T11:59:59Z';
  expect(await problems(wellStage({ 'cp-a': { ...members(more), at } }))).toEqual(expected);
});

test('the age of the last snapshot may be set', async () => {
  const stage = wellStage();
  expect(await problems(stage, '--snapshot-age', '14')).toEqual(['the last snapshot is 15 minutes old, more than 14']);
  expect(await problems(stage, '--snapshot-age', '15')).toEqual([]);
});

test('where the API does not answer, the groups are told all the same', async () => {
  const stage = wellStage();
  stage.kube.broken = new Failure('https://api.shop.test:6443 does not answer (connect ECONNREFUSED)');
  expect(await stage.run(...shop)).toBe(EXITS.UNWELL);
  expect(stage.out).toBe(
    [
      'cluster shop (1a2b3c4d) at api.shop.test:6443, API no answer',
      '',
      'groups',
      '  name                  pool     machines  ready  version  template',
      '  shop-control-plane-a  -        1 of 1    0      -        latest',
      '  shop-control-plane-b  -        1 of 1    0      -        latest',
      '  shop-control-plane-c  -        1 of 1    0      -        latest',
      '  shop-workers          workers  2 of 2    0      -        latest',
      '',
      'last snapshot: not known',
      'not well:',
      '  https://api.shop.test:6443 does not answer (connect ECONNREFUSED)',
      '',
    ].join('\n'),
  );
});
