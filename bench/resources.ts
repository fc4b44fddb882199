import { LocalBackend, TerraformStack, Testing } from 'cdktf';
import { AwsHosts, AwsImage, HaCluster, MultiAzNodePool } from '../lib';
import type { Figure } from './support';

/** Resources of the standard cluster: 3 zones, 3 control planes, one pool, backups, KMS, new VPC, NAT per zone. */
export function resourceFigures(): Figure[] {
  const stack = new TerraformStack(Testing.app(), 'bench-hosts');
  new LocalBackend(stack, { path: 'bench.tfstate' });
  const cloud = new AwsHosts(stack, 'Cloud', {
    region: 'eu-central-1',
    zones: ['a', 'b', 'c'],
    cidr: '10.20.0.0/16',
    image: AwsImage.baked({ owner: 'self', namePattern: 'hacluster-*' }),
  });
  const cluster = new HaCluster(stack, 'Cluster', { cloud, maxNodes: 60 });
  new MultiAzNodePool(stack, 'General', { cluster, machine: '8c32g', min: 3, max: 30 });
  const { resource } = JSON.parse(Testing.synth(stack, true)) as { resource: Record<string, Record<string, object>> };
  const counts = Object.entries(resource).map(([type, all]) => ({ type, count: Object.keys(all).length }));
  const rules = /^aws_vpc_security_group_(in|e)gress_rule$/;
  const sum = (list: typeof counts) => list.reduce((total, { count }) => total + count, 0);
  const inline = Object.entries(resource).flatMap(([type, all]) =>
    Object.values(all).filter(
      (one) =>
        (type === 'aws_security_group' && ('ingress' in one || 'egress' in one)) ||
        (type === 'aws_route_table' && 'route' in one),
    ),
  );
  return [
    {
      name: 'ha-cluster-resources',
      value: sum(counts.filter(({ type }) => !rules.test(type))),
      unit: 'without security-group rules',
      limit: 75,
    },
    { name: 'ha-cluster-resources-with-rules', value: sum(counts), unit: 'with security-group rules', limit: 110 },
    { name: 'ha-cluster-inline-rules', value: inline.length, unit: 'inline rules or routes', limit: 0 },
  ];
}
