import { Testing } from 'cdktf';
import type { MultiAzNodePoolProps } from '../../lib';
import { hostsStack, resources, synthesized } from '../support/topology';
import { messageOf } from '../support/messages';

const pool = (props: Partial<MultiAzNodePoolProps>) => synthesized({ pools: { Workers: props } });
const group = (props: Partial<MultiAzNodePoolProps>) =>
  resources(pool(props), 'aws_autoscaling_group').find(({ name }) => (name as string).endsWith('-workers'))!;
const template = (props: Partial<MultiAzNodePoolProps>) =>
  resources(pool(props), 'aws_launch_template').find(({ name }) => (name as string).endsWith('-workers'))!;
const tag = (props: Partial<MultiAzNodePoolProps>, key: string) =>
  (group(props).tag as { key: string; value: string }[]).find((one) => one.key === key)?.value;

test('a pool spreads over the zones of the cloud', () => {
  expect(group({}).vpc_zone_identifier).toHaveLength(3);
});

test('a pool stands in the zones it names', () => {
  expect(group({ zones: ['b'] }).vpc_zone_identifier).toHaveLength(1);
});

test('a pool keeps between min and max', () => {
  expect(group({ min: 1, max: 4 })).toMatchObject({ min_size: 1, max_size: 4 });
});

test('a pool begins with min, or with what is asked', () => {
  expect(group({ min: 2, max: 6 }).desired_capacity).toBe(2);
  expect(group({ min: 2, max: 6, initial: 5 }).desired_capacity).toBe(5);
});

test('what an autoscaler decides later is ignored', () => {
  expect(group({}).lifecycle.ignore_changes).toContain('desired_capacity');
});

test('a pool tells the autoscaler its labels and taints before its first node', () => {
  const props: Partial<MultiAzNodePoolProps> = {
    labels: { tier: 'edge' },
    taints: [{ key: 'edge', value: 'yes', effect: 'NoSchedule' }],
  };
  expect(tag(props, 'k8s.io/cluster-autoscaler/node-template/label/tier')).toBe('edge');
  expect(tag(props, 'k8s.io/cluster-autoscaler/node-template/taint/edge')).toBe('yes:NoSchedule');
  expect(tag(props, 'k8s.io/cluster-autoscaler/enabled')).toBe('true');
  expect(tag(props, 'k8s.io/cluster-autoscaler/demo')).toBe('owned');
});

test('a pool has disks of 100 GiB, or of what is asked', () => {
  const size = (props: Partial<MultiAzNodePoolProps>) =>
    template(props).block_device_mappings[0].ebs.volume_size as number;
  expect(size({})).toBe(100);
  expect(size({ diskGib: 40 })).toBe(40);
});

test('a pool takes its share of spot machines from further flavors too', () => {
  const { mixed_instances_policy: policy } = group({ spotPercent: 60, spotFlavors: ['m6i.xlarge'] });
  expect(policy.instances_distribution.on_demand_percentage_above_base_capacity).toBe(40);
  expect(
    policy.launch_template.override.map(({ instance_type }: { instance_type: string }) => instance_type),
  ).toContain('m6i.xlarge');
});

test('removing the middle pool touches no other resource', () => {
  const three = synthesized({ pools: { A: {}, B: {}, C: {} } }).resource as Record<string, Record<string, unknown>>;
  const without = synthesized({ pools: { A: {}, C: {} } }).resource as Record<string, Record<string, unknown>>;
  for (const [type, all] of Object.entries(three)) {
    for (const [id, one] of Object.entries(all)) {
      if (id.startsWith('B_')) expect(without[type]?.[id]).toBeUndefined();
      else expect(without[type]?.[id]).toEqual(one);
    }
  }
});

test('a pool keeps its construct ids', () => {
  const { stack } = hostsStack();
  expect(Testing.renderConstructTree(stack.node.findChild('Workers'))).toMatchInlineSnapshot(`
    "Workers (MultiAzNodePool)
    ├── Template (AwsTemplate)
        ├── UserData (TerraformLocal)
        └── Resource (aws_launch_template)
    └── Group (AwsGroup)
        └── Resource (aws_autoscaling_group)
    "
  `);
});

test.each([
  [
    'min is not whole',
    { min: 1.5 },
    '[demo-hosts/Workers] min must be a whole number from 0 to 5000, got 1.5; choose one',
  ],
  [
    'max is below min',
    { min: 4, max: 3 },
    '[demo-hosts/Workers] max must be a whole number from 4 to 5000, got 3; choose one',
  ],
  [
    'max is nothing',
    { min: 0, max: 0 },
    '[demo-hosts/Workers] max must be a whole number from 1 to 5000, got 0; choose one',
  ],
  [
    'initial is above max',
    { initial: 9 },
    '[demo-hosts/Workers] initial must be a whole number from 3 to 6, got 9; choose one',
  ],
  [
    'spotPercent is above 100',
    { spotPercent: 101 },
    '[demo-hosts/Workers] spotPercent must be a whole number from 0 to 100, got 101; choose one',
  ],
  [
    'the disk is too small',
    { diskGib: 8 },
    '[demo-hosts/Workers] diskGib must be a whole number from 20 to 16384, got 8; choose one',
  ],
  [
    'spot flavors come without spot machines',
    { spotFlavors: ['m6i.xlarge'] },
    '[demo-hosts/Workers] spotFlavors needs spotPercent above 0, got m6i.xlarge; give spotPercent or remove it',
  ],
  [
    "a zone is not the cloud's",
    { zones: ['z'] },
    '[demo-hosts/Workers] zones must be zones of the cloud, got z; choose from a, b, c',
  ],
  [
    'no zone is named',
    { zones: [] },
    '[demo-hosts/Workers] zones must name at least one zone, got none; choose from a, b, c',
  ],
  [
    'the name has capitals',
    { poolName: 'Big' },
    '[demo-hosts/Workers] poolName must be lower case letters, digits and dashes, at most 20, got Big; give poolName',
  ],
  [
    'a label is not Kubernetes syntax',
    { labels: { 'a b': 'c' } },
    '[demo-hosts/Workers] labels and taints must be Kubernetes label syntax, got a b=c; use letters, digits, dashes, dots and underscores',
  ],
  [
    "a label is Kubernetes' own",
    { labels: { 'node-role.kubernetes.io/edge': 'x' } },
    '[demo-hosts/Workers] labels and taints must not lie below kubernetes.io or k8s.io, got node-role.kubernetes.io/edge; a kubelet may not set them: use a domain of your own',
  ],
])('fails when %s', (_, props, message) => {
  expect(messageOf(() => pool(props))).toBe(message);
});

test('fails when two pools have one name', () => {
  const pools = { One: { poolName: 'same' }, Two: { poolName: 'same' } };
  expect(messageOf(() => synthesized({ pools }))).toBe(
    '[demo-hosts/Two] poolName must be unique in the cluster, got same as in demo-hosts/One; give poolName',
  );
});
