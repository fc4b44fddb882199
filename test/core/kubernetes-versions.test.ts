import { ValidationError } from '../../lib/core/errors';
import {
  checkUpgrade,
  CONTAINERD_SCHEMAS,
  DEFAULT_KUBERNETES,
  KUBERNETES_MINORS,
  kubernetesRelease,
} from '../../lib/core/kubernetes-versions';
import { messageOf } from '../support/messages';

const at = { node: { path: 'prod/Cluster' } };
const release = (text: string) => kubernetesRelease(at, text, { acknowledgeUnsupported: true });
const known = (minor: number) => KUBERNETES_MINORS.find((row) => row.minor === `1.${minor}`)!;

test('a minor stands for its default patch', () => {
  expect(release('1.36')).toMatchObject({
    version: '1.36.3',
    minor: '1.36',
    minorNumber: 36,
    patch: 3,
    etcdImage: '3.6.8-0',
    etcdMinor: '3.6',
    pauseImage: '3.10.2',
    coreDnsImage: 'v1.14.2',
    supported: true,
    note: undefined,
  });
});

test('an exact patch is taken as it is, with or without v', () => {
  expect(release('1.36.4').version).toBe('1.36.4');
  expect(release('v1.36.0')).toMatchObject({ version: '1.36.0', patch: 0 });
});

test('the default is a supported version', () => {
  expect(kubernetesRelease(at, DEFAULT_KUBERNETES).version).toBe('1.36.3');
});

test('1.35 to 1.37 need no acknowledgement', () => {
  expect(['1.35', '1.36', '1.37'].map((text) => kubernetesRelease(at, text).version)).toEqual([
    '1.35.4',
    '1.36.3',
    '1.37.0',
  ]);
});

test('an older version that is acknowledged carries a note for the summary', () => {
  expect(release('1.30')).toMatchObject({
    version: '1.30.14',
    supported: false,
    note: 'without fixes since 2025-07-15, as acknowledged',
  });
});

test('the table is one row a minor, from 1.27 to 1.37, and support ends later for each', () => {
  expect(KUBERNETES_MINORS.map(({ minor }) => minor)).toEqual(
    Array.from({ length: 11 }, (_, index) => `1.${27 + index}`),
  );
  const ends = KUBERNETES_MINORS.map(({ supportEnd }) => supportEnd);
  expect([...ends].sort()).toEqual(ends);
});

test('kubeadm is configured by v1beta3 up to 1.30, by v1beta4 from 1.31', () => {
  expect([27, 30, 31, 37].map((minor) => known(minor).kubeadmApi)).toEqual([
    'v1beta3',
    'v1beta3',
    'v1beta4',
    'v1beta4',
  ]);
});

test('kube-proxy runs ipvs below 1.35 and nftables from there, which 1.30 and older lack', () => {
  expect([30, 31, 34, 35].map((minor) => known(minor).kubeProxyModes[0])).toEqual(['ipvs', 'ipvs', 'ipvs', 'nftables']);
  expect([30, 31].map((minor) => known(minor).kubeProxyModes.includes('nftables'))).toEqual([false, true]);
});

test('anonymous requests are limited by a file from 1.32, whose version is final from 1.34', () => {
  expect([31, 32, 33, 34].map((minor) => known(minor).authenticationApi)).toEqual([
    undefined,
    'v1beta1',
    'v1beta1',
    'v1',
  ]);
});

test('kubeadm gets a gate only where the feature is there and not on', () => {
  expect(
    KUBERNETES_MINORS.filter((row) => 'EtcdLearnerMode' in row.kubeadmFeatureGates).map(({ minor }) => minor),
  ).toEqual(['1.27', '1.28']);
  expect(
    KUBERNETES_MINORS.filter((row) => 'ControlPlaneKubeletLocalMode' in row.kubeadmFeatureGates).map(
      ({ minor }) => minor,
    ),
  ).toEqual(['1.31', '1.32']);
});

test('kubelets refuse cgroup v1 from 1.35', () => {
  expect([34, 35].map((minor) => known(minor).refusesCgroupV1)).toEqual([false, true]);
});

test('etcd is 3.5 up to 1.33, 3.6 up to 1.36, 3.7 from 1.37', () => {
  expect(['1.27', '1.33', '1.34', '1.36', '1.37'].map((text) => release(text).etcdMinor)).toEqual([
    '3.5',
    '3.5',
    '3.6',
    '3.6',
    '3.7',
  ]);
});

test('every minor names the newest schema that its oldest containerd reads', () => {
  const parts = (version: string) => version.split('.').map(Number) as [number, number];
  for (const { containerd } of KUBERNETES_MINORS) {
    const [major, minor] = parts(containerd.minimum);
    const readable = CONTAINERD_SCHEMAS.filter(({ from }) => {
      const [fromMajor, fromMinor] = parts(from);
      return major > fromMajor || (major === fromMajor && minor >= fromMinor);
    });
    expect(containerd.schema).toBe(readable.at(-1)?.schema);
  }
});

test.each([
  ['latest', 'latest'],
  ['1', '1'],
  ['2.36', '2.36'],
  ['1.36.x', '1.36.x'],
  ['1.36.3-eks-1', '1.36.3-eks-1'],
  ['', ''],
])('fails when the version is written %p', (text, got) => {
  expect(() => release(text)).toThrow(
    new ValidationError(
      at,
      `kubernetesVersion must be a minor such as 1.36 or a version such as 1.36.3, got ${got}; choose 1.36`,
    ),
  );
});

test.each([
  ['1.26', '1.27'],
  ['1.9.4', '1.27'],
  ['1.38', '1.37'],
  ['v1.99.1', '1.37'],
])('fails when %s is not known, and names %s', (text, nearest) => {
  expect(() => release(text)).toThrow(
    new ValidationError(at, `kubernetesVersion must be one of 1.27 to 1.37, got ${text}; the nearest is ${nearest}`),
  );
});

test.each([
  ['1.27', '2024-07-16'],
  ['1.34.8', '2026-10-27'],
])('fails when %s is not acknowledged', (text, end) => {
  for (const options of [undefined, {}, { acknowledgeUnsupported: false }]) {
    expect(() => kubernetesRelease(at, text, options)).toThrow(
      new ValidationError(
        at,
        `kubernetesVersion must be one of 1.35 to 1.37, which upstream fixes, got ${text}, without fixes since ${end}; choose 1.36, or accept it with acknowledgeUnsupportedVersion: true`,
      ),
    );
  }
});

test.each([
  ['1.35.4', '1.35.4'],
  ['1.35.4', '1.36.3'],
  ['1.36.4', '1.36.3'],
  ['1.36.0', '1.36.9'],
])('%s may become %s', (from, to) => {
  const act = () => {
    checkUpgrade(at, from, to);
  };
  expect(messageOf(act)).toBe('nothing is thrown');
});

test('fails when an upgrade jumps over a minor', () => {
  expect(() => {
    checkUpgrade(at, '1.35.4', '1.37.0');
  }).toThrow(
    new ValidationError(
      at,
      'kubernetesVersion must rise by one minor at a time, got 1.37.0 after 1.35.4; upgrade to 1.36 first',
    ),
  );
});

test('fails when a minor goes back', () => {
  expect(() => {
    checkUpgrade(at, '1.36.3', '1.35.4');
  }).toThrow(
    new ValidationError(
      at,
      'kubernetesVersion must not go back to an older minor, got 1.35.4 after 1.36.3; stay, or restore a snapshot of the older version into a new cluster',
    ),
  );
});
