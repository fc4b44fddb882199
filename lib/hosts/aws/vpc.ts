import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { aws } from '../../bindings/aws';
import type { L1Resource } from '../../bindings/l1';
import type { AddressPlan } from '../../core/address-plan';
import { NatGateways } from './nat-gateways';
import type { AwsNetworkConfig } from './network';
import { tagsOf } from './site';

/** Properties of an `AwsVpc`. */
export interface AwsVpcProps {
  /** The name in tags. */
  readonly name: string;
  /** The region. */
  readonly region: string;
  /** Zones by short name, in the order of their names. */
  readonly zones: readonly string[];
  /** The address range. */
  readonly cidr: string;
  /** Subnets by zone. */
  readonly ranges: Pick<AddressPlan, 'privateRanges' | 'publicRanges'>;
  /** The way out. */
  readonly natGateways: NatGateways;
  /** Services of the cloud to reach through interface endpoints. */
  readonly interfaceEndpoints: readonly string[];
  /** Tags of everything. */
  readonly tags: Readonly<Record<string, string>>;
}

interface Zone {
  readonly parent: Construct;
  readonly subnet: L1Resource;
  readonly routes: L1Resource;
  readonly association: L1Resource;
}

/** A VPC with a private and, where hosts reach the internet, a public subnet in each zone. */
export class AwsVpc extends Construct implements AwsNetworkConfig {
  public readonly id: string;
  public readonly cidr: string;
  public readonly zones: readonly string[];
  public readonly privateRanges: Readonly<Record<string, string>>;
  public readonly outbound: string;
  public readonly privateSubnetIds: Readonly<Record<string, string>>;
  public readonly publicSubnetIds: Readonly<Record<string, string>>;
  public readonly ready: Readonly<Record<string, readonly ITerraformDependable[]>>;

  private readonly props: AwsVpcProps;

  constructor(scope: Construct, id: string, props: AwsVpcProps) {
    super(scope, id);
    this.props = props;
    const { name, cidr, zones, ranges, natGateways } = props;
    const vpc = new aws.Vpc(this, 'Resource', {
      cidr_block: cidr,
      enable_dns_hostnames: true,
      enable_dns_support: true,
      tags: tagsOf(props, name),
    });
    this.id = vpc.id;
    this.cidr = cidr;
    this.zones = zones;
    this.privateRanges = ranges.privateRanges;
    this.outbound = outboundWords(natGateways, zones);
    // Whoever forgets a firewall gets this one: it lets nothing in or out.
    new aws.DefaultSecurityGroup(this, 'DefaultFirewall', { vpc_id: vpc.id, tags: tagsOf(props, `${name}-default`) });
    const all = Object.fromEntries(zones.map((zone) => [zone, this.privateZone(zone)]));
    this.privateSubnetIds = Object.fromEntries(Object.entries(all).map(([zone, { subnet }]) => [zone, subnet.id]));
    const endpoints = this.endpoints(Object.values(all));
    const open = natGateways === NatGateways.NONE ? undefined : this.publicZones(all);
    this.publicSubnetIds = open?.subnetIds ?? {};
    this.ready = Object.fromEntries(
      Object.entries(all).map(([zone, { association }]) => [
        zone,
        [association, ...(open ? [open.defaults[zone]].filter((route) => route !== undefined) : endpoints)],
      ]),
    );
  }

  private privateZone(zone: string): Zone {
    const { name, region, ranges } = this.props;
    const parent = new Construct(this, `Zone-${zone}`);
    const subnet = new aws.Subnet(parent, 'PrivateSubnet', {
      vpc_id: this.id,
      availability_zone: `${region}${zone}`,
      cidr_block: ranges.privateRanges[zone],
      map_public_ip_on_launch: false,
      tags: tagsOf(this.props, `${name}-private-${zone}`, { 'kubernetes.io/role/internal-elb': '1' }),
    });
    const routes = new aws.RouteTable(parent, 'PrivateRoutes', {
      vpc_id: this.id,
      tags: tagsOf(this.props, `${name}-private-${zone}`),
    });
    const association = new aws.RouteTableAssociation(parent, 'PrivateAssociation', {
      route_table_id: routes.id,
      subnet_id: subnet.id,
    });
    return { parent, subnet, routes, association };
  }

  private publicZones(all: Readonly<Record<string, Zone>>) {
    const { name, natGateways } = this.props;
    const gateway = new aws.InternetGateway(this, 'InternetGateway', {
      vpc_id: this.id,
      tags: tagsOf(this.props, name),
    });
    const routes = new aws.RouteTable(this, 'PublicRoutes', {
      vpc_id: this.id,
      tags: tagsOf(this.props, `${name}-public`),
    });
    const wayOut = new aws.Route(this, 'PublicDefault', {
      route_table_id: routes.id,
      destination_cidr_block: '0.0.0.0/0',
      gateway_id: gateway.id,
    });
    const [first] = this.zones;
    const subnetIds: Record<string, string> = {};
    const nats: Record<string, L1Resource> = {};
    for (const [zone, { parent }] of Object.entries(all)) {
      const { subnet, association } = this.publicSubnet(parent, zone, routes);
      subnetIds[zone] = subnet.id;
      if (natGateways === NatGateways.PER_ZONE || zone === first) {
        nats[zone] = this.nat(parent, zone, subnet, [wayOut, association]);
      }
    }
    const defaults: Record<string, L1Resource> = {};
    for (const [zone, { parent, routes: own }] of Object.entries(all)) {
      const nat = nats[zone] ?? nats[first ?? ''];
      defaults[zone] = new aws.Route(parent, 'PrivateDefault', {
        route_table_id: own.id,
        destination_cidr_block: '0.0.0.0/0',
        nat_gateway_id: nat?.id,
      });
    }
    return { subnetIds, defaults };
  }

  private publicSubnet(parent: Construct, zone: string, routes: L1Resource) {
    const { name, region, ranges } = this.props;
    // Nothing that starts here gets a public address unasked: gateways and balancers bring their own.
    const subnet = new aws.Subnet(parent, 'PublicSubnet', {
      vpc_id: this.id,
      availability_zone: `${region}${zone}`,
      cidr_block: ranges.publicRanges[zone],
      map_public_ip_on_launch: false,
      tags: tagsOf(this.props, `${name}-public-${zone}`, { 'kubernetes.io/role/elb': '1' }),
    });
    const association = new aws.RouteTableAssociation(parent, 'PublicAssociation', {
      route_table_id: routes.id,
      subnet_id: subnet.id,
    });
    return { subnet, association };
  }

  private nat(parent: Construct, zone: string, subnet: L1Resource, dependsOn: L1Resource[]): L1Resource {
    const tags = tagsOf(this.props, `${this.props.name}-nat-${zone}`);
    const address = new aws.Eip(parent, 'NatAddress', { domain: 'vpc', tags });
    // A gateway that stands can reach the internet: whoever waits for it waits for all of the way.
    return new aws.NatGateway(parent, 'Nat', { allocation_id: address.id, subnet_id: subnet.id, tags }, { dependsOn });
  }

  private endpoints(zones: readonly Zone[]): L1Resource[] {
    const { name, region, cidr, interfaceEndpoints } = this.props;
    // Free of charge, and keeps image layers and snapshots in S3 off the NAT gateways' bill.
    const s3 = new aws.VpcEndpoint(this, 'S3Endpoint', {
      vpc_id: this.id,
      vpc_endpoint_type: 'Gateway',
      service_name: `com.amazonaws.${region}.s3`,
      route_table_ids: zones.map(({ routes }) => routes.id),
      tags: tagsOf(this.props, `${name}-s3`),
    });
    if (interfaceEndpoints.length === 0) return [s3];
    const firewall = new aws.SecurityGroup(this, 'EndpointFirewall', {
      name: `${name}-endpoints`,
      description: 'Interface endpoints of the cloud API',
      vpc_id: this.id,
      tags: tagsOf(this.props, `${name}-endpoints`),
    });
    new aws.IngressRule(this, 'EndpointFromNetwork', {
      security_group_id: firewall.id,
      description: 'hosts call the cloud API',
      ip_protocol: 'tcp',
      from_port: 443,
      to_port: 443,
      cidr_ipv4: cidr,
    });
    const others = interfaceEndpoints.map(
      (service) =>
        new aws.VpcEndpoint(this, `Endpoint-${service}`, {
          vpc_id: this.id,
          vpc_endpoint_type: 'Interface',
          service_name: `com.amazonaws.${region}.${service}`,
          subnet_ids: zones.map(({ subnet }) => subnet.id),
          security_group_ids: [firewall.id],
          private_dns_enabled: true,
          tags: tagsOf(this.props, `${name}-${service}`),
        }),
    );
    return [s3, ...others];
  }
}

function outboundWords(natGateways: NatGateways, zones: readonly string[]): string {
  const [first = ''] = zones;
  if (natGateways === NatGateways.NONE) return 'no way to the internet; the cloud API by endpoints';
  if (zones.length === 1) return `one NAT gateway, in zone ${first}`;
  if (natGateways === NatGateways.PER_ZONE)
    return `a NAT gateway in each of ${zones.length} zones, each paid by the hour`;
  return `one NAT gateway, in zone ${first}, whose loss cuts every host off the internet; spares the hourly price of ${zones.length - 1} more, and pays for traffic between zones`;
}
