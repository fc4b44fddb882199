import { TerraformStack, Token } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { awsLookups } from '../../bindings/aws';
import { zoneRanges } from '../../core/address-plan';
import { ValidationError } from '../../core/errors';
import type { Flow } from '../../core/ports';
import type {
  AccessConfig,
  Balancer,
  BalancerWish,
  Bucket,
  ClusterScoped,
  Firewall,
  HostCloud,
  HostFacts,
  Identity,
  Machine,
  MachineGroup,
  MachineGroupWish,
  MachineTemplate,
  MachineTemplateWish,
  Network,
  NodeDriver,
  NodeProxy,
  SecretStore,
} from '../host-cloud';
import { accessTo, ensureProvider } from './access';
import { AwsBalancer } from './balancer';
import { AwsBucket } from './bucket';
import { admit, AwsFirewall } from './firewall';
import { AwsGroup } from './group';
import { AwsIdentity } from './identity';
import { AwsImage, type AwsImageConfig } from './image';
import { AwsKey } from './key';
import { machineOf } from './machines';
import { NatGateways } from './nat-gateways';
import { checkId, existingNetwork, type AwsNetwork, type AwsNetworkConfig } from './network';
import { awsNodeDriver } from './node-driver';
import { AwsPrivateNames, type AwsPrivateDns } from './private-names';
import { AwsCurrent, AwsSecretStore } from './secret-store';
import type { AwsSite } from './site';
import { AwsTemplate, USER_DATA_LIMIT } from './template';
import { AwsVpc } from './vpc';

/** Properties of `AwsHosts`. */
export interface AwsHostsProps {
  /** The region, such as `eu-central-1`. */
  readonly region: string;

  /** Zones by the letter that ends their name: `a` for `eu-central-1a`. */
  readonly zones: readonly string[];

  /**
   * The address range of a new VPC, /16 to /20; private, and part of no other network it talks to.
   *
   * @default - none: `network` is given
   */
  readonly cidr?: string;

  /**
   * A network that exists already.
   *
   * @default - a new VPC with `cidr`
   */
  readonly network?: AwsNetwork;

  /**
   * How hosts of a new VPC reach the internet.
   *
   * @default NatGateways.PER_ZONE
   */
  readonly natGateways?: NatGateways;

  /**
   * Services of the cloud, such as `ecr.api`, that a new VPC reaches by interface endpoints; each costs by hour and zone.
   *
   * @default - those that nodes call if there is no NAT gateway, else none
   */
  readonly interfaceEndpoints?: readonly string[];

  /**
   * What machines start from.
   *
   * @default AwsImage.debian()
   */
  readonly image?: AwsImage;

  /**
   * Machines that the library does not know by name.
   *
   * @default - none
   */
  readonly machines?: readonly Machine[];

  /**
   * Private names in place of the balancers' own.
   *
   * @default - the balancers' own
   */
  readonly privateDns?: AwsPrivateDns;

  /**
   * ARN of a key of your own; its policy must let the role `AWSServiceRoleForAutoScaling` use it for volumes.
   *
   * @default - a new key for each cluster
   */
  readonly kmsKeyArn?: string;

  /**
   * ARN of a policy that bounds every role.
   *
   * @default - none
   */
  readonly permissionsBoundary?: string;

  /**
   * Further security groups of every machine.
   *
   * @default - none
   */
  readonly securityGroupIds?: readonly string[];

  /**
   * The proxy that nodes use. Addresses of the cloud and of the network are reached directly.
   *
   * @default - none
   */
  readonly proxy?: NodeProxy;

  /**
   * Tags of everything.
   *
   * @default - none besides names
   */
  readonly tags?: Readonly<Record<string, string>>;

  /**
   * Whether balancers, buckets and keys resist a destroy until this is false and applied.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

/**
 * Hosts on Amazon EC2.
 *
 * Its stack gets a provider of AWS for the region, unless it has one.
 *
 * @throws ValidationError for zones, ranges and ids that cannot be
 * @example
 * new AwsHosts(hosts, 'Cloud', { region: 'eu-central-1', zones: ['a', 'b', 'c'], cidr: '10.20.0.0/16' });
 */
export class AwsHosts extends Construct implements HostCloud {
  public readonly facts: HostFacts;
  public readonly network: Network;
  public readonly nodeDriver: NodeDriver = awsNodeDriver;
  public readonly imageIsBaked: boolean;
  public readonly proxy?: NodeProxy;
  // Images with Amazon's udev rules have the name that the template gives; elsewhere it is the second NVMe disk.
  public readonly dataDiskDevices: readonly string[] = ['/dev/sdf', '/dev/xvdf', '/dev/nvme1n1'];

  private readonly props: AwsHostsProps;
  private readonly site: AwsSite;
  private readonly images = new Map<string, AwsImageConfig>();

  constructor(scope: Construct, id: string, props: AwsHostsProps) {
    super(scope, id);
    const { region, image = AwsImage.debian(), deletionProtection = true, tags = {}, proxy } = props;
    const zones = [...props.zones].sort();
    this.props = props;
    this.imageIsBaked = image.baked;
    checkProps(this, props);
    ensureProvider(TerraformStack.of(this), region);
    const partition = new awsLookups.Partition(this, 'Partition', {});
    const network = this.buildNetwork(zones, tags);
    this.network = network;
    this.site = {
      region,
      account: new awsLookups.CallerIdentity(this, 'Account', {}).text('account_id'),
      partition: partition.text('partition'),
      dnsSuffix: partition.text('dns_suffix'),
      tags,
      deletionProtection,
      network,
      keyArn: (clusterName) => this.keyArn(clusterName),
    };
    this.proxy = proxy && { ...proxy, noProxy: [...proxy.noProxy, ...direct(region, network.cidr)] };
    this.facts = {
      cloud: 'aws',
      region,
      zones,
      nicMtu: 9001,
      dropsForeignSources: true,
      groupsMaySendForeignSources: false,
      passesIpip: true,
      routesPerTable: 500,
      userDataLimit: USER_DATA_LIMIT,
      reservedRanges: [{ cidr: '169.254.0.0/16', use: 'metadata, time and DNS of AWS' }],
    };
  }

  public machine(at: IConstruct, property: string, text: string): Machine {
    return machineOf(at, property, text, this.props.machines);
  }

  public image(parent: Construct, _id: string, architecture: 'amd64' | 'arm64'): string {
    const { image = AwsImage.debian() } = this.props;
    const id = `Image-${architecture}`;
    // One look-up for all: every host of an apply starts from the same image.
    const config = this.images.get(id) ?? image.bind(new Construct(this, id), parent, architecture);
    this.images.set(id, config);
    return config.id;
  }

  public firewall(parent: Construct, id: string, wish: Parameters<HostCloud['firewall']>[2]): Firewall {
    return new AwsFirewall(parent, id, { site: this.site, wish });
  }

  public admit(parent: Construct, flows: readonly Flow[], parties: Parameters<HostCloud['admit']>[2]): void {
    admit(parent, flows, parties);
  }

  public identity(parent: Construct, id: string, wish: ClusterScoped & { readonly name: string }): Identity {
    const { permissionsBoundary } = this.props;
    return new AwsIdentity(parent, id, { site: this.site, wish: { ...wish, permissionsBoundary } });
  }

  public secretStore(parent: Construct, id: string, wish: ClusterScoped & { readonly uid: string }): SecretStore {
    return new AwsSecretStore(parent, id, { site: this.site, wish });
  }

  public bucket(parent: Construct, id: string, wish: ClusterScoped & { readonly keepDays: number }): Bucket {
    return new AwsBucket(parent, id, { site: this.site, wish });
  }

  public balancer(parent: Construct, id: string, wish: ClusterScoped & BalancerWish): Balancer {
    return new AwsBalancer(parent, id, { site: this.site, wish });
  }

  public nameOf(parent: Construct, id: string, wish: Parameters<HostCloud['nameOf']>[2]): string {
    const { clusterName, label, balancer } = wish;
    const { privateDns } = this.props;
    if (!privateDns) return balancer.host;
    const found = this.node.tryFindChild('Names');
    const names =
      found instanceof AwsPrivateNames ? found : new AwsPrivateNames(this, 'Names', { site: this.site, ...privateDns });
    return names.addName(parent, id, `${label}.${clusterName}`, balancer);
  }

  public machineTemplate(parent: Construct, id: string, wish: ClusterScoped & MachineTemplateWish): MachineTemplate {
    const { securityGroupIds = [] } = this.props;
    const image = [...this.images.values()].find((config) => config.id === wish.image);
    const rootDevice = image?.rootDevice ?? '/dev/xvda';
    return new AwsTemplate(parent, id, { site: this.site, wish: { ...wish, securityGroupIds, rootDevice } });
  }

  public machineGroup(parent: Construct, id: string, wish: ClusterScoped & MachineGroupWish): MachineGroup {
    const { machines = [] } = this.props;
    return new AwsGroup(parent, id, { site: this.site, wish: { ...wish, machines } });
  }

  public publish(parent: Construct, id: string, wish: Parameters<HostCloud['publish']>[2]): void {
    new AwsCurrent(parent, id, { site: this.site, wish });
  }

  public access(stack: TerraformStack, id: string, { clusterName }: ClusterScoped): AccessConfig {
    return accessTo(stack, id, { clusterName, region: this.props.region });
  }

  private buildNetwork(zones: readonly string[], tags: Readonly<Record<string, string>>): AwsNetworkConfig {
    const { region, cidr, network, natGateways = NatGateways.PER_ZONE, interfaceEndpoints = [] } = this.props;
    if (network) return existingNetwork(this, network, zones);
    if (cidr === undefined) {
      throw new ValidationError(this, 'cidr or network must be given, got neither; give cidr for a new VPC');
    }
    const needed = natGateways === NatGateways.NONE ? calledServices() : [];
    return new AwsVpc(this, 'Vpc', {
      name: TerraformStack.of(this).node.id.replace(/-hosts$/, ''),
      region,
      zones,
      cidr,
      ranges: zoneRanges(this, cidr, zones, 'cidr'),
      natGateways,
      interfaceEndpoints: [...new Set([...needed, ...interfaceEndpoints])].sort(),
      tags,
    });
  }

  private keyArn(clusterName: string): string {
    const { kmsKeyArn } = this.props;
    if (kmsKeyArn !== undefined) return kmsKeyArn;
    const id = `Key-${clusterName}`;
    const found = this.node.tryFindChild(id);
    return (found instanceof AwsKey ? found : new AwsKey(this, id, { site: this.site, clusterName })).arn;
  }
}

/** Services that nodes call and that need an interface endpoint; S3 has its gateway. */
function calledServices(): string[] {
  return awsNodeDriver.calls.map((call) => call.split(':')[0] ?? '').filter((service) => service !== 's3');
}

function direct(region: string, cidr: string): string[] {
  return ['169.254.169.254', cidr, `.${region}.compute.internal`, `.elb.${region}.amazonaws.com`];
}

function checkProps(at: Construct, props: AwsHostsProps): void {
  const { region, zones, network, kmsKeyArn, permissionsBoundary, securityGroupIds = [], tags = {} } = props;
  if (!Token.isUnresolved(region) && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new ValidationError(at, `region must be the name of a region, got ${region}; give one such as eu-central-1`);
  }
  if (zones.length === 0)
    throw new ValidationError(at, `zones must name at least one zone, got none; give ['a', 'b', 'c']`);
  for (const [index, zone] of zones.entries()) {
    if (!/^[a-z]$/.test(zone)) {
      const letter = zone.slice(-1);
      throw new ValidationError(at, `zones must be letters, got ${zone}; give ${/[a-z]/.test(letter) ? letter : 'a'}`);
    }
    if (zones.indexOf(zone) !== index)
      throw new ValidationError(at, `zones must differ, got ${zone} twice; remove one`);
  }
  for (const property of ['cidr', 'natGateways', 'interfaceEndpoints'] as const) {
    if (network && props[property] !== undefined) {
      throw new ValidationError(
        at,
        `${property} must not be given with network, got ${String(props[property])}; it is for a new VPC: remove it`,
      );
    }
  }
  if (kmsKeyArn !== undefined) checkId(at, 'kmsKeyArn', kmsKeyArn, 'arn:');
  if (permissionsBoundary !== undefined) checkId(at, 'permissionsBoundary', permissionsBoundary, 'arn:');
  for (const id of securityGroupIds) checkId(at, 'securityGroupIds', id, 'sg-');
  for (const key of Object.keys(tags)) {
    if (key === 'Name' || key.startsWith('aws:')) {
      throw new ValidationError(at, `tags must not hold Name or aws: keys, got ${key}; choose another key`);
    }
  }
}
