import * as fc from 'fast-check';
import { checkChange, parseRecord, renderRecord, type ClusterRecord } from '../../lib/core/change-record';
import { ValidationError } from '../../lib/core/errors';
import { messageOf } from '../support/messages';

const at = { node: { path: 'prod/Cluster' } };
const record: ClusterRecord = {
  name: 'shop',
  networkCidr: '10.20.0.0/16',
  podCidr: '10.192.0.0/12',
  serviceCidr: '10.96.0.0/16',
  serviceDomain: 'cluster.local',
  controlPlanes: 3,
  slots: ['a', 'b', 'c'],
  podNetworkMode: 'vxlan',
  kubernetesVersion: '1.36.3',
  zones: ['a', 'b', 'c'],
};
const change = (next: Partial<ClusterRecord>, previous: Partial<ClusterRecord> = {}) => {
  checkChange(at, { ...record, ...previous }, { ...record, ...next });
};

const allowed: [title: string, next: Partial<ClusterRecord>, previous?: Partial<ClusterRecord>][] = [
  ['nothing changes', {}],
  ['a zone of workers comes', { zones: ['a', 'b', 'c', 'd'] }],
  ['a zone of workers goes', { zones: ['a', 'b', 'c'] }, { zones: ['a', 'b', 'c', 'd'] }],
  ['one control plane grows to three', {}, { controlPlanes: 1, slots: ['a'] }],
  ['three control planes grow to five', { controlPlanes: 5, slots: ['a', 'b', 'c', 'a-2', 'b-2'] }],
  ['the order of slots changes', { slots: ['c', 'b', 'a'] }],
  ['Kubernetes rises by a minor', { kubernetesVersion: '1.37.0' }],
  ['Kubernetes gets another patch', { kubernetesVersion: '1.36.4' }],
  ['VXLAN is kept to traffic between subnets', { podNetworkMode: 'vxlan-cross-subnet' }],
  ['a second subnet needs wrapping', { podNetworkMode: 'ipip-cross-subnet' }, { podNetworkMode: 'bgp' }],
  ['a default is spelled out', { podBlockSize: 26, cni: 'calico' }],
];

test.each(allowed.map(([title, ...records]) => ({ title, records })))('a synth goes on when $title', ({ records }) => {
  const act = () => {
    change(...records);
  };
  expect(messageOf(act)).toBe('nothing is thrown');
});

const refused: [title: string, next: Partial<ClusterRecord>, message: string][] = [
  [
    'the cluster is renamed',
    { name: 'store' },
    'clusterName must not change, since hosts, secrets and tags are found by it, got store after shop; keep it, or make a second cluster by the new name with a recordFile of its own and move the workloads',
  ],
  [
    'the network moves',
    { networkCidr: '10.30.0.0/16' },
    'networkCidr must not change, since a cloud makes another network of it and every host anew, got 10.30.0.0/16 after 10.20.0.0/16; keep it, or make a second cluster in the new network and move the workloads',
  ],
  [
    'the pod range changes',
    { podCidr: '10.128.0.0/12' },
    'podCidr must not change, since running pods keep their addresses, got 10.128.0.0/12 after 10.192.0.0/12; keep it, or add an IP pool of Calico for more addresses, or make a second cluster and move the workloads',
  ],
  [
    'the service range changes',
    { serviceCidr: '10.97.0.0/16' },
    'serviceCidr must not change, since services keep their addresses, got 10.97.0.0/16 after 10.96.0.0/16; keep it, or add a ServiceCIDR object for more addresses, or make a second cluster and move the workloads',
  ],
  [
    'the DNS domain changes',
    { serviceDomain: 'shop.local' },
    'serviceDomain must not change, since it stands in certificates, tokens and running pods, got shop.local after cluster.local; keep it, or make a second cluster and move the workloads',
  ],
  [
    'blocks get another size',
    { podBlockSize: 28 },
    'podBlockSize must not change, since nodes hold blocks of that size, got 28 after 26; keep it, or add an IP pool of Calico with the new size and move the pods to it, or make a second cluster',
  ],
  [
    'another maker wires the pods',
    { cni: 'cilium' },
    'cni must not change, since running pods are wired by it, got cilium after calico; keep it, or make a second cluster and move the workloads',
  ],
  [
    'the control plane shrinks',
    { controlPlanes: 1, slots: ['a'] },
    'controlPlanes must not shrink, since a member that is gone without being removed takes part in the majority, got 1 after 3; keep them, or restore a snapshot into a second cluster',
  ],
  [
    'a zone of the control plane goes',
    { slots: ['a', 'b', 'd'] },
    'controlPlaneZones must keep the members that there are, got a, b, d without c; give controlPlaneZones a, b, c, or restore a snapshot into a second cluster',
  ],
  [
    'the pod network changes its family',
    { podNetworkMode: 'ipip-cross-subnet' },
    'podNetworkMode must not change between VXLAN and BGP, since pods on nodes of the old and the new mode do not reach each other, got ipip-cross-subnet after vxlan; give podNetworkMode vxlan, or make a second cluster and move the workloads',
  ],
  [
    'Kubernetes jumps over a minor',
    { kubernetesVersion: '1.38.0' },
    'kubernetesVersion must rise by one minor at a time, got 1.38.0 after 1.36.3; upgrade to 1.37 first',
  ],
  [
    'Kubernetes goes back',
    { kubernetesVersion: '1.35.4' },
    'kubernetesVersion must not go back to an older minor, got 1.35.4 after 1.36.3; stay, or restore a snapshot of the older version into a new cluster',
  ],
];

test.each(refused)('fails when %s', (_, next, message) => {
  expect(() => {
    change(next);
  }).toThrow(new ValidationError(at, message));
});

test('fails when members of one zone would move to others, and names the zone to keep', () => {
  expect(() => {
    change({}, { slots: ['a', 'a-2', 'a-3'] });
  }).toThrow(
    new ValidationError(
      at,
      'controlPlaneZones must keep the members that there are, got a, b, c without a-2, a-3; give controlPlaneZones a, or restore a snapshot into a second cluster',
    ),
  );
});

test('a record is JSON by sorted keys, with its format first and every default', () => {
  expect(renderRecord(record)).toBe(
    `${JSON.stringify(
      {
        format: 1,
        cni: 'calico',
        controlPlanes: 3,
        kubernetesVersion: '1.36.3',
        name: 'shop',
        networkCidr: '10.20.0.0/16',
        podBlockSize: 26,
        podCidr: '10.192.0.0/12',
        podNetworkMode: 'vxlan',
        serviceCidr: '10.96.0.0/16',
        serviceDomain: 'cluster.local',
        slots: ['a', 'b', 'c'],
        zones: ['a', 'b', 'c'],
      },
      null,
      2,
    )}\n`,
  );
});

test('the same cluster gives the same record, whatever the order of its parts', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(Object.entries(record), { minLength: 10 }), (entries) => {
      const shuffled = Object.fromEntries(entries) as unknown as ClusterRecord;
      const turned = { ...shuffled, slots: [...record.slots].reverse(), zones: [...record.zones].reverse() };
      expect(renderRecord(turned)).toBe(renderRecord(record));
    }),
  );
});

test('a record that is read says what was written', () => {
  expect(parseRecord(at, renderRecord(record))).toEqual({ ...record, cni: 'calico', podBlockSize: 26 });
});

test('a record of before the optional parts is read with their defaults', () => {
  expect(parseRecord(at, JSON.stringify({ format: 1, ...record }))).toMatchObject({ cni: 'calico', podBlockSize: 26 });
});

test.each(['', '{', '[]', 'null', '"shop"'])('fails when the record is %p', (text) => {
  expect(() => parseRecord(at, text)).toThrow(
    new ValidationError(
      at,
      'recordFile must hold the JSON that a synth wrote, got other text; bring it back from version control',
    ),
  );
});

test.each([
  [2, '2'],
  ['1', '"1"'],
  [undefined, 'nothing'],
])('fails when the format of the record is %p', (format, got) => {
  expect(() => parseRecord(at, JSON.stringify({ ...record, format }))).toThrow(
    new ValidationError(
      at,
      `recordFile must be of format 1, got ${got}; use the version of this library that wrote it, or a later one`,
    ),
  );
});

test.each([
  ['podCidr', undefined, 'nothing'],
  ['podCidr', '', '""'],
  ['controlPlanes', '3', '"3"'],
  ['controlPlanes', 1.5, '1.5'],
  ['slots', [], '[]'],
  ['slots', 'abc', '"abc"'],
  ['zones', ['a', 1], '["a",1]'],
])('fails when the record tells %s as %p', (key, value, got) => {
  expect(() => parseRecord(at, JSON.stringify({ format: 1, ...record, [key]: value }))).toThrow(
    new ValidationError(
      at,
      `recordFile must tell ${key} of the last synth, got ${got}; bring it back from version control`,
    ),
  );
});
