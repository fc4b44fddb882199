import { App, TerraformStack, Testing, Token } from 'cdktf';
import { AwsProvider } from '../../../lib/bindings/aws';
import { AwsHosts } from '../../../lib/hosts/aws/aws-hosts';
import type { AwsHostsProps } from '../../../lib/hosts/aws/aws-hosts-props';
import { AwsImage } from '../../../lib/hosts/aws/image';
import { machineOf, MACHINES } from '../../../lib/hosts/aws/machines';
import { fit, own, pascal } from '../../../lib/hosts/aws/names';
import { NatGateways } from '../../../lib/hosts/aws/nat-gateways';
import { AwsNetwork } from '../../../lib/hosts/aws/network';
import { AwsTemplate } from '../../../lib/hosts/aws/template';
import { checkAgainstSchema } from '../../support/schema';
import { askFor, DEFAULTS, hosted, synthesized } from './hosted';
import { messageOf } from '../../support/messages';

const all = (json: any, type: string): any[] => Object.values(json.resource[type] ?? {});
const only = (json: any, type: string): any => all(json, type)[0];
const count = (json: any, type: string) => all(json, type).length;
const cloudOf = (props: Partial<AwsHostsProps> = {}) =>
  new AwsHosts(new TerraformStack(new App(), 'shop-hosts'), 'Cloud', { ...DEFAULTS, ...props });
const existing = {
  vpcId: 'vpc-1',
  cidr: '10.9.0.0/16',
  privateSubnetIds: { a: 'subnet-a', b: 'subnet-b', c: 'subnet-c' },
};
const withNetwork = (more: object = {}): Partial<AwsHostsProps> => ({
  cidr: undefined,
  network: AwsNetwork.existing({ ...existing, ...more }),
});

const usual = hosted().json;

describe('the hosts of a cluster', () => {
  test.each<[string, Parameters<typeof hosted>[0], Parameters<typeof hosted>[1]]>([
    ['as they are by default', {}, {}],
    ['with a public API and narrow egress', {}, { open: true, egress: ['10.0.0.0/8'] }],
    ['with one NAT gateway', { natGateways: NatGateways.ONE }, {}],
    ['without NAT gateways', { natGateways: NatGateways.NONE, interfaceEndpoints: ['ecr.api'] }, {}],
    ['in an existing network', withNetwork(), {}],
    ['with private names', { privateDns: { zoneName: 'in.example' } }, {}],
    ['from an image that a parameter names', { image: AwsImage.parameter('/x/{architecture}') }, {}],
  ])('fit the schema: %s', (_, props, options) => {
    expect(checkAgainstSchema(hosted(props, options).json)).toEqual([]);
  });

  test('are at most 75 resources, and 110 with the rules of firewalls', () => {
    const counts = Object.entries(usual.resource).map(
      ([type, of]) => [type, Object.keys(of as object).length] as const,
    );
    const sum = (test: (type: string) => boolean) =>
      counts.filter(([type]) => test(type)).reduce((n, [, m]) => n + m, 0);
    expect(sum((type) => !/security_group_(in|e)gress_rule/.test(type))).toBe(60);
    expect(sum(() => true)).toBe(70);
  });

  test('do not depend on the order of zones', () => {
    expect(hosted({ zones: ['c', 'a', 'b'] }).json).toEqual(usual);
  });

  test('keep what they have when a zone is added', () => {
    const before = hosted({ zones: ['a', 'b'] }).json.resource;
    for (const type of ['aws_subnet', 'aws_nat_gateway', 'aws_route', 'aws_route_table_association']) {
      expect(usual.resource[type]).toMatchObject(before[type]);
    }
  });

  test('keep their ids', () => {
    expect(Testing.renderConstructTree(cloudOf({ zones: ['a'] }))).toMatchInlineSnapshot(`
      "Cloud (AwsHosts)
      ├── Partition (aws_partition)
      ├── Vpc (AwsVpc)
          ├── Resource (aws_vpc)
          ├── DefaultFirewall (aws_default_security_group)
          ├── Zone-a (Construct)
              ├── PrivateSubnet (aws_subnet)
              ├── PrivateRoutes (aws_route_table)
              ├── PrivateAssociation (aws_route_table_association)
              ├── PublicSubnet (aws_subnet)
              ├── PublicAssociation (aws_route_table_association)
              ├── NatAddress (aws_eip)
              ├── Nat (aws_nat_gateway)
              └── PrivateDefault (aws_route)
          ├── S3Endpoint (aws_vpc_endpoint)
          ├── InternetGateway (aws_internet_gateway)
          ├── PublicRoutes (aws_route_table)
          └── PublicDefault (aws_route)
      └── Account (aws_caller_identity)
      "
    `);
  });
});

describe('the network', () => {
  test('has a private and a public subnet in each zone, by slots of the zone', () => {
    const subnets = all(usual, 'aws_subnet').map(({ availability_zone, cidr_block, map_public_ip_on_launch }) => [
      availability_zone,
      cidr_block,
      map_public_ip_on_launch,
    ]);
    expect(subnets.sort()).toEqual([
      ['eu-central-1a', '10.20.0.0/20', false],
      ['eu-central-1a', '10.20.128.0/24', false],
      ['eu-central-1b', '10.20.129.0/24', false],
      ['eu-central-1b', '10.20.16.0/20', false],
      ['eu-central-1c', '10.20.130.0/24', false],
      ['eu-central-1c', '10.20.32.0/20', false],
    ]);
  });

  test('empties its default firewall', () => {
    expect(Object.keys(only(usual, 'aws_default_security_group')).sort()).toEqual(['tags', 'vpc_id']);
  });

  test('has a NAT gateway in each zone by default', () => {
    expect(count(usual, 'aws_nat_gateway')).toBe(3);
    expect(new Set(all(usual, 'aws_route').map((route) => route.nat_gateway_id)).size).toBe(4);
    expect(hosted().cloud.network.outbound).toBe('a NAT gateway in each of 3 zones, each paid by the hour');
  });

  test('has one NAT gateway on demand, and says what that costs', () => {
    const { json, cloud } = hosted({ natGateways: NatGateways.ONE });
    expect(count(json, 'aws_nat_gateway')).toBe(1);
    expect(count(json, 'aws_route')).toBe(4);
    expect(cloud.network.outbound).toBe(
      'one NAT gateway, in zone a, whose loss cuts every host off the internet; spares the hourly price of 2 more, and pays for traffic between zones',
    );
    expect(cloudOf({ zones: ['b'] }).network.outbound).toBe('one NAT gateway, in zone b');
  });

  test('has nothing public without NAT gateways, and endpoints for what nodes call', () => {
    const { json, cloud } = hosted({ natGateways: NatGateways.NONE, interfaceEndpoints: ['ecr.api'] });
    for (const type of ['aws_nat_gateway', 'aws_internet_gateway', 'aws_eip', 'aws_route'])
      expect(count(json, type)).toBe(0);
    expect(
      all(json, 'aws_vpc_endpoint')
        .map(({ service_name }) => service_name)
        .sort(),
    ).toEqual([
      'com.amazonaws.eu-central-1.ec2',
      'com.amazonaws.eu-central-1.ecr.api',
      'com.amazonaws.eu-central-1.s3',
      'com.amazonaws.eu-central-1.ssm',
    ]);
    expect(cloud.network.outbound).toBe('no way to the internet; the cloud API by endpoints');
  });

  test('reaches S3 by a gateway endpoint from every private subnet', () => {
    expect(only(usual, 'aws_vpc_endpoint')).toMatchObject({
      vpc_endpoint_type: 'Gateway',
      route_table_ids: { length: 3 },
    });
  });

  test('has further endpoints on demand, open to the network only', () => {
    const { json } = hosted({ interfaceEndpoints: ['ssm'] });
    expect(count(json, 'aws_vpc_endpoint')).toBe(2);
    expect(json.resource.aws_vpc_security_group_ingress_rule.Cloud_Vpc_EndpointFromNetwork_).toBeUndefined();
    const rule = all(json, 'aws_vpc_security_group_ingress_rule').find(({ from_port }) => from_port === 443);
    expect(rule).toMatchObject({ cidr_ipv4: '10.20.0.0/16', ip_protocol: 'tcp', to_port: 443 });
  });

  test('that exists is used and not changed', () => {
    const { json, cloud } = hosted(withNetwork());
    for (const type of ['aws_vpc', 'aws_subnet', 'aws_vpc_endpoint', 'aws_default_security_group']) {
      expect(count(json, type)).toBe(0);
    }
    expect(only(json, 'aws_lb').subnets).toEqual(['subnet-a', 'subnet-b', 'subnet-c']);
    expect(cloud.network).toMatchObject({
      id: 'vpc-1',
      cidr: '10.9.0.0/16',
      privateRanges: { a: '', b: '', c: '' },
      outbound: 'as the existing network lets them',
    });
  });

  test('that exists may be known at apply only, and have more zones than hosts use', () => {
    const vpcId = Token.asString({ resolve: () => '${local.vpc}' });
    const { json } = hosted(
      { ...withNetwork({ vpcId, publicSubnetIds: { a: 'subnet-p', b: 'subnet-q' } }), zones: ['a'] },
      { open: true },
    );
    expect(only(json, 'aws_security_group').vpc_id).toBe('${local.vpc}');
    expect(all(json, 'aws_lb').map(({ subnets }) => subnets)).toEqual([['subnet-a'], ['subnet-p']]);
  });
});

describe('the machines', () => {
  const templates = all(usual, 'aws_launch_template');
  const [controlPlane, pool] = templates;

  test('answer for their credentials to themselves only', () => {
    for (const template of templates) {
      expect(template.metadata_options).toEqual({
        http_endpoint: 'enabled',
        http_tokens: 'required',
        http_put_response_hop_limit: 1,
        instance_metadata_tags: 'disabled',
      });
    }
  });

  test('have encrypted disks, and control planes one for etcd', () => {
    const key = '${aws_kms_key.Cloud_Key-shop_BE890972.arn}';
    const root = { volume_type: 'gp3', encrypted: 'true', kms_key_id: key, delete_on_termination: 'true' };
    const rootDevice = '${data.aws_ami.Cloud_Image-amd64_26A2F856.root_device_name}';
    expect(controlPlane.block_device_mappings).toEqual([
      { device_name: rootDevice, ebs: { ...root, volume_size: 50 } },
      { device_name: '/dev/sdf', ebs: { ...root, volume_size: 80, iops: 3000, throughput: 125 } },
    ]);
    expect(pool.block_device_mappings).toEqual([{ device_name: rootDevice, ebs: { ...root, volume_size: 100 } }]);
  });

  test('get their user-data packed, with values known at apply', () => {
    expect(controlPlane.user_data).toMatch(/^\$\{base64gzip\(local\.ControlPlaneTemplate_UserData_\w+\)\}$/);
    const text = Object.entries<string>(usual.locals).find(([id]) => id.startsWith('ControlPlaneTemplate'))?.[1];
    expect(text).toContain('/hacluster/shop/${substr(terraform_data.Uid.id, 0, 8)} ${aws_s3_bucket.');
  });

  test('are tagged with all that belongs to them, for the cloud controller too', () => {
    const { json } = hosted({ tags: { cost: '7' } });
    const tags = { Name: 'shop-workers', cost: '7', 'kubernetes.io/cluster/shop': 'owned' };
    const [, own] = all(json, 'aws_launch_template');
    expect(own.tag_specifications).toMatchObject([
      { resource_type: 'instance', tags },
      { resource_type: 'volume', tags },
      { resource_type: 'network-interface', tags },
    ]);
  });

  test('stand behind further security groups on demand', () => {
    const groups = (json: any) => all(json, 'aws_launch_template')[1].vpc_security_group_ids;
    expect(groups(usual)).toHaveLength(1);
    expect(groups(hosted({ securityGroupIds: ['sg-9'] }).json)).toEqual([
      expect.stringContaining('NodeFirewall'),
      'sg-9',
    ]);
  });

  test('start from the root disk of Amazon Linux where the image is not of the cloud', () => {
    const { stack, cloud, keeper } = hosted();
    const machine = cloud.machine(stack, 'machine', 'm7i.large');
    const template = cloud.machineTemplate(stack, 'Other', {
      clusterName: 'shop',
      name: 'other',
      machine,
      image: 'ami-0',
      userData: '',
      firewalls: [],
      identity: keeper,
      rootDisk: { gib: 20 },
      tags: {},
    });
    const { templateId } = own(stack, AwsTemplate, template);
    expect(templateId).toContain('Token');
    const other = all(synthesized(stack), 'aws_launch_template').find(({ image_id }) => image_id === 'ami-0');
    expect(other.block_device_mappings[0].device_name).toBe('/dev/xvda');
  });
});

describe('the groups', () => {
  const groups = all(usual, 'aws_autoscaling_group');
  const [controlPlane] = groups;
  const workers = groups[3];

  test('of control planes wait until the balancer finds their machine healthy', () => {
    expect(controlPlane).toMatchObject({
      name: 'shop-control-plane-a',
      min_size: 1,
      max_size: 1,
      desired_capacity: 1,
      vpc_zone_identifier: [expect.stringContaining('Zone-a')],
      health_check_type: 'EC2',
      wait_for_elb_capacity: 1,
      wait_for_capacity_timeout: '25m',
      target_group_arns: [expect.stringContaining('aws_lb_target_group')],
      launch_template: { version: '$Latest' },
    });
    expect(controlPlane.suspended_processes).toBeUndefined();
  });

  test('of workers wait for nothing, and keep the number that an autoscaler chose', () => {
    expect(workers).toMatchObject({
      name: 'shop-workers',
      min_size: 3,
      max_size: 30,
      desired_capacity: 4,
      wait_for_capacity_timeout: '0',
      suspended_processes: ['AZRebalance'],
      lifecycle: { ignore_changes: ['desired_capacity'] },
    });
    expect(workers.wait_for_elb_capacity).toBeUndefined();
    expect(workers.target_group_arns).toBeUndefined();
  });

  test('mix in spot machines of several flavors', () => {
    expect(workers.launch_template).toBeUndefined();
    expect(workers.mixed_instances_policy).toMatchObject({
      instances_distribution: { on_demand_base_capacity: 0, on_demand_percentage_above_base_capacity: 60 },
      launch_template: {
        launch_template_specification: { version: '$Latest' },
        override: [{ instance_type: 'm7i.2xlarge' }, { instance_type: 'm7a.2xlarge' }],
      },
    });
  });

  test('tell an autoscaler what their nodes will be', () => {
    const hints = workers.tag.filter(({ propagate_at_launch }: any) => !propagate_at_launch);
    expect(Object.fromEntries(hints.map(({ key, value }: any) => [key, value]))).toEqual({
      'k8s.io/cluster-autoscaler/enabled': 'true',
      'k8s.io/cluster-autoscaler/shop': 'owned',
      'k8s.io/cluster-autoscaler/node-template/label/tier': 'web',
      'k8s.io/cluster-autoscaler/node-template/taint/dedicated': 'web:NoSchedule',
      'k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage': '100Gi',
    });
    expect(controlPlane.tag.every(({ propagate_at_launch }: any) => propagate_at_launch)).toBe(true);
  });

  test('start no machine before it may ask for anything or reach anybody', () => {
    const needs = (controlPlane.depends_on as string[]).map((address) => address.replace(/_[0-9A-F]{8}$/, ''));
    expect(needs).toEqual([
      'aws_s3_object.Bucket_Bundle',
      'aws_iam_role_policy.ControlPlaneIdentity_Policy',
      'aws_vpc_security_group_egress_rule.Out-Egress-Any-Node-World',
      'aws_lb_listener.Api_Listener',
      'aws_route_table_association.Cloud_Vpc_Zone-a_PrivateAssociation',
      'aws_route.Cloud_Vpc_Zone-a_PrivateDefault',
    ]);
  });

  test('wait for a way out: the route to the NAT gateway, which waits for its own, or else the endpoints', () => {
    const names = (needs: string[]) => needs.map((address) => address.replace(/_[0-9A-F]{8}$/, ''));
    expect(names(only(usual, 'aws_nat_gateway').depends_on)).toEqual([
      'aws_route.Cloud_Vpc_PublicDefault',
      'aws_route_table_association.Cloud_Vpc_Zone-a_PublicAssociation',
    ]);
    const inside = only(hosted({ natGateways: NatGateways.NONE }).json, 'aws_autoscaling_group');
    expect(names(inside.depends_on).slice(-4)).toEqual([
      'aws_route_table_association.Cloud_Vpc_Zone-a_PrivateAssociation',
      'aws_vpc_endpoint.Cloud_Vpc_S3Endpoint',
      'aws_vpc_endpoint.Cloud_Vpc_Endpoint-ec2',
      'aws_vpc_endpoint.Cloud_Vpc_Endpoint-ssm',
    ]);
  });

  test('fail when a zone has no subnet', () => {
    const { stack, cloud, template } = hosted();
    const wish = { clusterName: 'shop', name: 'x', template, zones: ['z'], min: 1, max: 1, tags: {} };
    expect(messageOf(() => cloud.machineGroup(stack, 'X', wish))).toBe(
      '[shop-hosts/X] zones must be zones of the network, got z; choose from a, b, c',
    );
  });

  test.each([
    ['m7g.2xlarge', 'm7g.2xlarge with 8 CPUs, 32 GiB, arm64'],
    ['m7a.xlarge', 'm7a.xlarge with 4 CPUs, 16 GiB, amd64'],
    ['c7i.2xlarge', 'c7i.2xlarge with 8 CPUs, 16 GiB, amd64'],
  ])('fail when a spot flavor is no match: %s', (flavor, got) => {
    const { stack, cloud, pool } = hosted();
    const spot = { percent: 50, flavors: [flavor] };
    const wish = { clusterName: 'shop', name: 'x', template: pool, zones: ['a'], min: 1, max: 1, spot, tags: {} };
    expect(messageOf(() => cloud.machineGroup(stack, 'X', wish))).toBe(
      `[shop-hosts/X] spotFlavors must have the CPUs and memory of m7i.2xlarge or more, and run amd64, got ${got}; choose another`,
    );
  });
});

describe('the balancer', () => {
  test('is private, spread over zones, and checks what API servers say', () => {
    expect(only(usual, 'aws_lb')).toMatchObject({
      name: 'shop-api',
      load_balancer_type: 'network',
      internal: true,
      enable_cross_zone_load_balancing: true,
      subnets: { length: 3 },
      security_groups: [expect.stringContaining('ApiFirewall')],
    });
    expect(only(usual, 'aws_lb_target_group')).toMatchObject({
      target_type: 'instance',
      protocol: 'TCP',
      port: 6443,
      preserve_client_ip: 'false',
      deregistration_delay: '60',
      health_check: {
        protocol: 'HTTPS',
        path: '/readyz',
        interval: 5,
        timeout: 4,
        healthy_threshold: 2,
        unhealthy_threshold: 2,
      },
    });
    expect(only(usual, 'aws_lb_listener')).toMatchObject({ protocol: 'TCP', port: 6443 });
  });

  test('is public in public subnets', () => {
    const [, open] = all(hosted({}, { open: true }).json, 'aws_lb');
    expect(open).toMatchObject({ name: 'shop-public-api', internal: false });
    expect(open.subnets[0]).toContain('PublicSubnet');
  });

  test.each([
    ['there are no public subnets', withNetwork()],
    ['nothing reaches the internet', { natGateways: NatGateways.NONE }],
  ])('fails when it is to be public and %s', (_, props) => {
    expect(messageOf(() => hosted(props, { open: true }))).toBe(
      '[shop-hosts] balancer public-api must stand in public subnets, got none; give the network publicSubnetIds, or natGateways other than none',
    );
  });

  test('has its own name by default, and a private one on demand', () => {
    const current = (json: any) =>
      all(json, 'aws_ssm_parameter').find(({ name }) => name === '/hacluster/shop/current');
    expect(count(usual, 'aws_route53_zone')).toBe(0);
    expect(current(usual)).toMatchObject({
      type: 'String',
      value: expect.stringContaining('.dns_name}:6443","kubernetesVersion":"1.36.3"}'),
    });
    const { json } = hosted({ privateDns: { zoneName: 'in.example' } });
    expect(only(json, 'aws_route53_zone')).toMatchObject({ name: 'in.example', force_destroy: false });
    expect(only(json, 'aws_route53_record')).toMatchObject({ name: 'api.shop.in.example', type: 'A' });
    expect(JSON.parse(current(json).value).endpoint).toBe('api.shop.in.example:6443');
  });

  test('gets its private name in a zone that exists, and several names share a new one', () => {
    const { json } = hosted({ privateDns: { zoneName: 'in.example', zoneId: 'Z1' } });
    expect(count(json, 'aws_route53_zone')).toBe(0);
    expect(only(json, 'aws_route53_record').zone_id).toBe('Z1');
    const { stack, cloud, balancer } = hosted({ privateDns: { zoneName: 'in.example' } });
    cloud.nameOf(stack, 'Second', { clusterName: 'shop', label: 'kube', balancer });
    const second = synthesized(stack);
    expect([count(second, 'aws_route53_zone'), count(second, 'aws_route53_record')]).toEqual([1, 2]);
  });
});

describe('the firewalls', () => {
  const rules = (json: any, way: 'in' | 'e') =>
    Object.keys(json.resource[`aws_vpc_security_group_${way}gress_rule`]).sort();

  test('have one rule for each flow and pair, named by the flow', () => {
    expect(rules(usual, 'in')).toEqual([
      'In-ApiBalancer-Tcp6443-ApiClients_10_0_0_0_8-ApiBalancer',
      'In-ApiBalancer-Tcp6443-Node-ApiBalancer',
      'In-ApiServer-Tcp6443-ApiBalancer-ControlPlane',
      'In-ApiServer-Tcp6443-Node-ControlPlane',
      'In-CalicoTypha-Tcp5473-Node-Node',
      'In-Etcd-Tcp2379-ControlPlane-ControlPlane',
      'In-Kubelet-Tcp10250-ControlPlane-Node',
      'In-PodsInVxlan-Udp4789-Node-Node',
    ]);
    expect(rules(usual, 'e')).toEqual(['Out-ApiServer-Tcp6443-ApiBalancer-ControlPlane', 'Out-Egress-Any-Node-World']);
  });

  test('let hosts open what they need and no more where egress is narrow', () => {
    expect(rules(hosted({}, { egress: ['10.0.0.0/8'] }).json, 'e')).toEqual([
      'Out-ApiBalancer-Tcp6443-Node-ApiBalancer',
      'Out-ApiServer-Tcp6443-ApiBalancer-ControlPlane',
      'Out-ApiServer-Tcp6443-Node-ControlPlane',
      'Out-CalicoTypha-Tcp5473-Node-Node',
      'Out-Egress-Any-Node-World_10_0_0_0_8',
      'Out-Etcd-Tcp2379-ControlPlane-ControlPlane',
      'Out-Kubelet-Tcp10250-ControlPlane-Node',
      'Out-PodsInVxlan-Udp4789-Node-Node',
    ]);
  });

  test('say what for, in the characters that AWS takes', () => {
    const rule = usual.resource.aws_vpc_security_group_ingress_rule['In-Etcd-Tcp2379-ControlPlane-ControlPlane'];
    expect(rule).toMatchObject({
      description: 'etcd: members replicate, and a joining host asks for the members',
      ip_protocol: 'tcp',
      from_port: 2379,
      to_port: 2380,
    });
  });

  test('pass IPIP by its number, and everything by -1 without ports', () => {
    const { stack, cloud } = hosted();
    const node = cloud.firewall(stack, 'Other', { clusterName: 'other', party: 'worker' });
    const flow = { component: 'pods', from: 'worker', to: 'worker', why: "pods' packets" } as const;
    const flows = [{ ...flow, protocol: 'ipip' } as const, { ...flow, component: 'all', protocol: 'any' } as const];
    cloud.admit(stack, flows, { worker: [node] });
    const range = Token.asString({ resolve: () => '${local.range}' });
    cloud.admit(stack, [{ ...flow, component: 'far', from: 'world', protocol: 'tcp', port: 1 }], {
      world: [range],
      worker: [node],
    });
    const json = synthesized(stack).resource.aws_vpc_security_group_ingress_rule;
    expect(json['In-Pods-Ipip-Worker-Worker']).toMatchObject({ ip_protocol: '4', description: 'pods: pods  packets' });
    expect(json['In-All-Any-Worker-Worker'].ip_protocol).toBe('-1');
    expect(json['In-All-Any-Worker-Worker'].from_port).toBeUndefined();
    expect(json['In-Far-Tcp1-World_token-Worker'].cidr_ipv4).toBe('${local.range}');
  });

  test('carry the tag of the cloud controller on the group of nodes only', () => {
    const tagged = all(usual, 'aws_security_group').filter(({ tags }) => 'kubernetes.io/cluster/shop' in tags);
    expect(tagged.map(({ name }) => name)).toEqual(['shop-node']);
  });

  test('fail when a flow names a party that is not given', () => {
    const { stack, cloud } = hosted();
    const flow = { component: 'x', from: 'world', to: 'worker', protocol: 'tcp', port: 1, why: 'x' } as const;
    expect(
      messageOf(() => {
        cloud.admit(stack, [flow], { world: [] });
      }),
    ).toBe('[shop-hosts] flows must be between known parties, got worker; give its firewalls or ranges');
  });
});

describe('what holds data', () => {
  test('resists a destroy by default', () => {
    expect(only(usual, 'aws_kms_key')).toMatchObject({
      lifecycle: { prevent_destroy: true },
      deletion_window_in_days: 30,
    });
    expect(only(usual, 'aws_s3_bucket').force_destroy).toBe(false);
    expect(only(usual, 'aws_lb').enable_deletion_protection).toBe(true);
  });

  test('goes with the rest where protection is off', () => {
    const { json } = hosted({ deletionProtection: false });
    expect(only(json, 'aws_kms_key')).toMatchObject({ deletion_window_in_days: 7 });
    expect(only(json, 'aws_kms_key').lifecycle).toBeUndefined();
    expect(only(json, 'aws_s3_bucket').force_destroy).toBe(true);
    expect(only(json, 'aws_lb').enable_deletion_protection).toBe(false);
  });

  test('is encrypted with one key of the cluster, which rotates', () => {
    expect(count(usual, 'aws_kms_key')).toBe(1);
    expect(only(usual, 'aws_kms_key').enable_key_rotation).toBe(true);
    expect(only(usual, 'aws_kms_alias').name).toBe('alias/hacluster/shop');
  });

  test('is encrypted with a key of your own on demand', () => {
    const kmsKeyArn = 'arn:aws:kms:eu-central-1:1:key/k';
    const { json, store } = hosted({ kmsKeyArn });
    expect(count(json, 'aws_kms_key')).toBe(0);
    expect(store.nodeEnvironment).toEqual({ HAC_REGION: 'eu-central-1', HAC_SECRETS_KEY: kmsKeyArn });
    expect(JSON.stringify(json.resource.aws_launch_template)).toContain(`"kms_key_id":"${kmsKeyArn}"`);
  });

  test('lies in a private, versioned bucket that forgets old snapshots', () => {
    expect(only(usual, 'aws_s3_bucket').bucket_prefix).toBe('hacluster-shop-');
    expect(only(usual, 'aws_s3_bucket_versioning').versioning_configuration).toEqual({ status: 'Enabled' });
    expect(only(usual, 'aws_s3_bucket_public_access_block')).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(only(usual, 'aws_s3_bucket_lifecycle_configuration').rule).toMatchObject([
      { filter: [{ prefix: 'snapshots/' }], expiration: [{ days: 30 }] },
      { filter: [{ prefix: '' }], noncurrent_version_expiration: [{ noncurrent_days: 30 }] },
    ]);
    expect(only(usual, 'aws_s3_object')).toMatchObject({
      key: 'bundle/0123.json',
      content: '{"run":"echo $${HOME} %%{x} $$${y}"}',
      server_side_encryption: 'aws:kms',
      lifecycle: { create_before_destroy: true },
    });
  });

  test.each([0, 1.5])('fails when snapshots are kept for %d days', (keepDays) => {
    const { stack, cloud } = hosted();
    expect(messageOf(() => cloud.bucket(stack, 'B', { clusterName: 'shop', keepDays }))).toBe(
      `[shop-hosts] keepDays must be a whole number of days, at least 1, got ${keepDays}; give one`,
    );
  });

  test('is seeded without a trace in the state, and never written again', () => {
    const seed = all(usual, 'aws_ssm_parameter').find(({ name }) => name.endsWith('/state'));
    expect(seed).toMatchObject({
      type: 'SecureString',
      value_wo: '{"phase":"uninitialized"}',
      value_wo_version: 1,
      lifecycle: { ignore_changes: 'all' },
    });
    expect(seed.value).toBeUndefined();
  });

  test('is seeded in the clear below public/', () => {
    const { stack, store } = hosted();
    store.seed('Open', 'public/x', 'y');
    const seed = all(synthesized(stack), 'aws_ssm_parameter').find(({ name }) => name.endsWith('/public/x'));
    expect(seed.type).toBe('String');
    expect(seed.key_id).toBeUndefined();
  });
});

describe('the image', () => {
  const filters = (image: AwsImage, size = 'm7i.large') => {
    const cloud = cloudOf({ image });
    const stack = TerraformStack.of(cloud);
    cloud.image(stack, 'Image', cloud.machine(stack, 'machine', size).architecture);
    const json = synthesized(stack);
    const [ami] = Object.values<any>(json.data.aws_ami);
    return { ...ami, parameter: Object.values<any>(json.data.aws_ssm_parameter ?? {})[0]?.name };
  };
  const byName = (name: string, owner: string, architecture: string) => ({
    most_recent: true,
    owners: [owner],
    filter: [
      { name: 'name', values: [name] },
      { name: 'architecture', values: [architecture] },
      { name: 'state', values: ['available'] },
    ],
  });

  test('is Debian by default', () => {
    const [ami] = Object.values<any>(usual.data.aws_ami);
    expect(ami).toEqual(byName('debian-13-amd64-*', '136693071363', 'x86_64'));
    expect(cloudOf().imageIsBaked).toBe(false);
  });

  test.each([
    [AwsImage.debian(12), 'm7g.large', byName('debian-12-arm64-*', '136693071363', 'arm64')],
    [
      AwsImage.ubuntu(),
      'm7i.large',
      byName('ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*', '099720109477', 'x86_64'),
    ],
    [
      AwsImage.ubuntu('22.04'),
      'm7i.large',
      byName('ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*', '099720109477', 'x86_64'),
    ],
    [AwsImage.stock({ owner: '1', namePattern: 'x-*' }), 'm7i.large', byName('x-*', '1', 'x86_64')],
    [
      AwsImage.baked({ owner: 'self', namePattern: 'x-{architecture}-*' }),
      'm7i.large',
      byName('x-amd64-*', 'self', 'x86_64'),
    ],
  ])('is the newest by owner and name', (image, size, expected) => {
    expect(filters(image, size)).toMatchObject(expected);
  });

  test('is one by its id or by a parameter, looked up for its root disk', () => {
    expect(filters(AwsImage.id('ami-1'))).toEqual({ filter: [{ name: 'image-id', values: ['ami-1'] }] });
    expect(filters(AwsImage.parameter('/x/{architecture}/y'))).toMatchObject({ parameter: '/x/amd64/y' });
  });

  test.each([
    [AwsImage.baked({ owner: 'self', namePattern: 'x' }), true],
    [AwsImage.stock({ owner: 'self', namePattern: 'x' }), false],
    [AwsImage.id('ami-1'), false],
    [AwsImage.id('ami-1', { baked: true }), true],
    [AwsImage.parameter('x'), false],
    [AwsImage.parameter('x', { baked: true }), true],
  ])('says whether it is baked', (image, baked) => {
    expect(cloudOf({ image }).imageIsBaked).toBe(baked);
  });

  test('fails when it is for another architecture', () => {
    expect(messageOf(() => filters(AwsImage.id('ami-1'), 'm7g.large'))).toBe(
      '[shop-hosts] image must be for arm64 machines, got ami-1 for amd64; choose an image by name, which has both',
    );
  });

  test('fails when its id is none', () => {
    expect(messageOf(() => filters(AwsImage.id('x')))).toBe(
      '[shop-hosts] image must begin with ami-, got x; give the id',
    );
  });
});

describe('a size', () => {
  const at = { node: { path: 'x' } };

  test.each([
    ['2c4g', 'c7i.large'],
    ['4c8g', 'c7i.xlarge'],
    ['4c16g', 'm7i.xlarge'],
    ['8c32g', 'm7i.2xlarge'],
    ['16c64g', 'm7i.4xlarge'],
    ['16c128g', 'r7i.4xlarge'],
    ['m7g.large', 'm7g.large'],
    ['t3.medium', 't3.medium'],
  ])('%s is %s', (text, flavor) => {
    expect(machineOf(at, 'machine', text).flavor).toBe(flavor);
  });

  test('has the CPUs and memory that it says', () => {
    expect(machineOf(at, 'machine', 'c7g.medium')).toEqual({
      flavor: 'c7g.medium',
      cpus: 1,
      memoryGib: 2,
      architecture: 'arm64',
    });
    expect(machineOf(at, 'machine', 't4g.xlarge')).toEqual({
      flavor: 't4g.xlarge',
      cpus: 4,
      memoryGib: 16,
      architecture: 'arm64',
    });
    expect(new Set(MACHINES.map(({ flavor }) => flavor)).size).toBe(MACHINES.length);
  });

  test('may be a flavor that the user describes', () => {
    const gpu = { flavor: 'g6.xlarge', cpus: 4, memoryGib: 16, architecture: 'amd64' } as const;
    const cloud = cloudOf({ machines: [gpu] });
    expect(cloud.machine(cloud, 'machine', 'g6.xlarge')).toEqual(gpu);
  });

  test.each([
    ['3c8g', 'machine must be a size that AWS has, got 3c8g; use 4c8g (c7i.xlarge)'],
    ['4c10g', 'machine must be a size that AWS has, got 4c10g; use 4c16g (m7i.xlarge)'],
    ['999c1g', 'machine must be a size that AWS has, got 999c1g; use 192c1536g (r7i.48xlarge)'],
    [
      'm7i.lrge',
      'machine must be a size such as 8c32g or a known flavor, got m7i.lrge; use m7i.large, or describe m7i.lrge in machines of AwsHosts',
    ],
  ])('fails when there is none such: %s', (text, message) => {
    expect(messageOf(() => machineOf(at, 'machine', text))).toBe(`[x] ${message}`);
  });
});

describe('the props', () => {
  test.each<[string, Partial<AwsHostsProps>, string]>([
    [
      'the region is none',
      { region: 'Frankfurt' },
      'region must be the name of a region, got Frankfurt; give one such as eu-central-1',
    ],
    ['there are no zones', { zones: [] }, "zones must name at least one zone, got none; give ['a', 'b', 'c']"],
    ['a zone is given in full', { zones: ['eu-central-1b'] }, 'zones must be letters, got eu-central-1b; give b'],
    ['a zone is a number', { zones: ['1'] }, 'zones must be letters, got 1; give a'],
    ['a zone is there twice', { zones: ['a', 'b', 'a'] }, 'zones must differ, got a twice; remove one'],
    ['there is no network', { cidr: undefined }, 'cidr or network must be given, got neither; give cidr for a new VPC'],
    [
      'there are two networks',
      { network: AwsNetwork.existing(existing) },
      'cidr must not be given with network, got 10.20.0.0/16; it is for a new VPC: remove it',
    ],
    [
      'an existing network is to get gateways',
      { ...withNetwork(), natGateways: NatGateways.ONE },
      'natGateways must not be given with network, got one; it is for a new VPC: remove it',
    ],
    [
      'an existing network is to get endpoints',
      { ...withNetwork(), interfaceEndpoints: ['ssm', 'ec2'] },
      'interfaceEndpoints must not be given with network, got ssm,ec2; it is for a new VPC: remove it',
    ],
    ['the range is public', { cidr: '8.8.0.0/16' }, expect.stringContaining('cidr must be') as never],
    [
      'an existing network lacks a zone',
      withNetwork({ privateSubnetIds: { a: 'subnet-a' } }),
      'network.privateSubnetIds must name a subnet for zone b, got a; add it or drop the zone',
    ],
    [
      'an existing network has no subnets',
      withNetwork({ privateSubnetIds: {} }),
      'network.privateSubnetIds must name a subnet for zone a, got none; add it or drop the zone',
    ],
    [
      'an existing network lacks a public subnet',
      withNetwork({ publicSubnetIds: { a: 'subnet-p' } }),
      'network.publicSubnetIds must name a subnet for zone b, got a; add it or drop the zone',
    ],
    ['a VPC is none', withNetwork({ vpcId: 'x' }), 'network.vpcId must begin with vpc-, got x; give the id'],
    [
      'a subnet is none',
      withNetwork({ privateSubnetIds: { ...existing.privateSubnetIds, b: 'x' } }),
      'network.privateSubnetIds.b must begin with subnet-, got x; give the id',
    ],
    ['a key is none', { kmsKeyArn: 'x' }, 'kmsKeyArn must begin with arn:, got x; give the id'],
    [
      'a boundary is none',
      { permissionsBoundary: 'x' },
      'permissionsBoundary must begin with arn:, got x; give the id',
    ],
    ['a group is none', { securityGroupIds: ['x'] }, 'securityGroupIds must begin with sg-, got x; give the id'],
    ['a tag is taken', { tags: { Name: 'x' } }, 'tags must not hold Name or aws: keys, got Name; choose another key'],
    [
      "a tag is the cloud's",
      { tags: { 'aws:x': 'x' } },
      'tags must not hold Name or aws: keys, got aws:x; choose another key',
    ],
  ])('fail when %s', (_, props, message) => {
    const got = messageOf(() => cloudOf(props));
    expect(got.replace('[shop-hosts/Cloud] ', '')).toEqual(message);
    expect(got).toContain('[shop-hosts/Cloud] ');
  });

  test('tag everything', () => {
    const { json } = hosted({ tags: { cost: '7' } }, { open: true });
    const taggable = Object.values<any>(json.resource)
      .flatMap((of) => Object.values<any>(of))
      .filter(({ tags }) => tags);
    expect(taggable.length).toBeGreaterThan(30);
    expect(taggable.filter(({ tags }) => tags.cost !== '7')).toEqual([]);
  });

  test('bound roles on demand', () => {
    expect(only(usual, 'aws_iam_role').permissions_boundary).toBeUndefined();
    const { json } = hosted({ permissionsBoundary: 'arn:aws:iam::1:policy/b' });
    expect(all(json, 'aws_iam_role').map((role) => role.permissions_boundary)).toEqual(
      Array(2).fill('arn:aws:iam::1:policy/b'),
    );
  });

  test('hand a proxy on, with what it must not carry', () => {
    expect(cloudOf().proxy).toBeUndefined();
    const proxy = { httpProxy: 'http://p:1', httpsProxy: 'http://p:2', noProxy: ['.in.example'] };
    expect(cloudOf({ proxy }).proxy).toEqual({
      ...proxy,
      noProxy: [
        '.in.example',
        '169.254.169.254',
        '10.20.0.0/16',
        '.eu-central-1.compute.internal',
        '.elb.eu-central-1.amazonaws.com',
      ],
    });
  });

  test('say what decides a cluster', () => {
    expect(cloudOf().facts).toMatchObject({
      cloud: 'aws',
      zones: ['a', 'b', 'c'],
      nicMtu: 9001,
      dropsForeignSources: true,
      groupsMaySendForeignSources: false,
      userDataLimit: 16384,
    });
  });

  test('leave a provider alone that the stack has', () => {
    const stack = new TerraformStack(new App(), 'shop-hosts');
    new AwsProvider(stack, 'Own', { region: 'eu-west-1' });
    new AwsHosts(stack, 'Cloud', DEFAULTS);
    expect(synthesized(stack).provider.aws).toEqual([{ region: 'eu-west-1' }]);
    expect(usual.provider.aws).toEqual([{ region: 'eu-central-1' }]);
  });

  test('let two clusters share the hosts, each with a key of its own', () => {
    const { stack, cloud } = hosted();
    cloud.secretStore(stack, 'Other', { clusterName: 'other', uid: 'x' });
    expect(count(synthesized(stack), 'aws_kms_key')).toBe(2);
  });
});

describe('access from another stack', () => {
  const app = new App();
  const cloud = new AwsHosts(new TerraformStack(app, 'shop-hosts'), 'Cloud', DEFAULTS);
  const platform = new TerraformStack(app, 'shop-platform');
  const access = cloud.access(platform, 'Access', { clusterName: 'shop' });
  platform.addOverride('output.all.value', access);
  const json = synthesized(platform);

  test('finds the cluster by its name', () => {
    expect(Object.values<any>(json.data.aws_ssm_parameter)).toMatchObject([{ name: '/hacluster/shop/current' }]);
    expect(json.provider.aws).toEqual([{ region: 'eu-central-1' }]);
    expect(checkAgainstSchema(json)).toEqual([]);
  });

  test('reads the certificate without keeping it', () => {
    expect(json.ephemeral.aws_ssm_parameter.admin.arn).toMatch(
      /^arn:\$\{data\.aws_partition\..*\}:ssm:eu-central-1:\$\{.*\}:parameter\/hacluster\/shop\/\$\{jsondecode\(.*\)\.uid\}\/access\/admin$/,
    );
    expect(json.output.all.value).toEqual({
      host: expect.stringMatching(
        /^https:\/\/\$\{jsondecode\(data\.aws_ssm_parameter\.\w+\.insecure_value\)\.endpoint\}$/,
      ),
      caCertificate: '${jsondecode(ephemeral.aws_ssm_parameter.admin.value).ca}',
      clientCertificate: '${jsondecode(ephemeral.aws_ssm_parameter.admin.value).certificate}',
      clientKey: '${jsondecode(ephemeral.aws_ssm_parameter.admin.value).key}',
    });
  });
});

describe('names', () => {
  test('that are too long are cut and still differ', () => {
    const long = (end: string) => fit(`a-cluster-with-a-long-name-public-${end}`, 32);
    expect(fit('short', 32)).toBe('short');
    expect(long('api')).toHaveLength(32);
    expect(long('api')).not.toBe(long('app'));
    expect(fit('a-cluster-with-a-name-24-public-api', 32)).toMatch(/^a-cluster-with-a-name-24-\w{6}$/);
  });

  test('in PascalCase hold letters and digits only', () => {
    expect(pascal('tell a dead host from one that is away: etcd-2')).toBe('TellADeadHostFromOneThatIsAwayEtcd2');
  });

  test('fail when a part is of another cloud', () => {
    class Part {}
    class Other {}
    expect(messageOf(() => own({ node: { path: 'x' } }, Part, new Other()))).toBe(
      '[x] Part must come from AwsHosts, got Other; take every part from the same cloud',
    );
  });
});

test('a cloud serves any cluster behind the seam', () => {
  const stack = new TerraformStack(new App(), 'other-hosts');
  expect(Object.keys(askFor(stack, new AwsHosts(stack, 'Cloud', DEFAULTS)))).toContain('template');
});
