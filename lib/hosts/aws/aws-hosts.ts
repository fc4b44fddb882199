import { TerraformStack } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { awsLookups } from '../../bindings/aws';
import { zoneRanges } from '../../core/address-plan';
import { ValidationError } from '../../core/errors';
import type { Flow } from '../../core/ports';
import type { AccessConfig, ClusterScoped, HostCloud, HostFacts, NodeDriver } from '../host-cloud';
import type { Identity } from '../identity';
import type { Machine, MachineGroup, MachineGroupWish, MachineTemplate, MachineTemplateWish } from '../machines';
import type { Balancer, BalancerWish, Firewall, Network, NodeProxy } from '../network';
import type { Bucket, SecretStore } from '../storage';
import { accessTo, ensureProvider } from './access';
import { checkProps, type AwsHostsProps } from './aws-hosts-props';
import { AwsBalancer } from './balancer';
import { AwsBucket } from './bucket';
import { admit, AwsFirewall } from './firewall';
import { AwsGroup } from './group';
import { AwsIdentity } from './identity';
import { AwsImage, type AwsImageConfig } from './image';
import { AwsKey } from './key';
import { machineOf } from './machines';
import { NatGateways } from './nat-gateways';
import { existingNetwork, type AwsNetworkConfig } from './network';
import { awsNodeDriver } from './node-driver';
import { checkPerson } from './people';
import { AwsPrivateNames } from './private-names';
import { AwsCurrent, AwsSecretStore } from './secret-store';
import type { AwsSite } from './site';
import { AwsTemplate, USER_DATA_LIMIT } from './template';
import { AwsVpc } from './vpc';

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

  public checkPerson(at: IConstruct, property: string, identity: string): void {
    checkPerson(at, property, identity);
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
