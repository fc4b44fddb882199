import { Token, type ITerraformDependable } from 'cdktf';
import { ValidationError, type Located } from '../../core/errors';
import type { Network } from '../network';

/** What is known of a network that somebody else made. */
export interface ExistingNetworkAttributes {
  /** The VPC's id. */
  readonly vpcId: string;
  /** Its address range. */
  readonly cidr: string;
  /** Ids of the private subnets, by zone. They need a way out: NAT gateways, or endpoints and a baked image. */
  readonly privateSubnetIds: Readonly<Record<string, string>>;
  /**
   * Ids of public subnets, by zone; a public API needs them.
   *
   * @default - none
   */
  readonly publicSubnetIds?: Readonly<Record<string, string>>;
}

/** A network that hosts are put in. */
export class AwsNetwork {
  /** A VPC and subnets that exist already; nothing in them is changed. */
  public static existing(attributes: ExistingNetworkAttributes): AwsNetwork {
    return new AwsNetwork(attributes);
  }

  private constructor(
    /** What is known of it. */
    public readonly attributes: ExistingNetworkAttributes,
  ) {}
}

/** A network, and what only AWS needs of it. */
export interface AwsNetworkConfig extends Network {
  /** Ids of the private subnets, by zone. */
  readonly privateSubnetIds: Readonly<Record<string, string>>;
  /** Ids of the public subnets, by zone; empty where there are none. */
  readonly publicSubnetIds: Readonly<Record<string, string>>;
  /** What must stand before hosts of a zone can reach anything, by zone. */
  readonly ready: Readonly<Record<string, readonly ITerraformDependable[]>>;
}

/**
 * The same view of an existing network as of a new one.
 *
 * @throws ValidationError when a zone has no subnet
 */
export function existingNetwork(at: Located, network: AwsNetwork, zones: readonly string[]): AwsNetworkConfig {
  const { vpcId, cidr, privateSubnetIds, publicSubnetIds = {} } = network.attributes;
  checkId(at, 'network.vpcId', vpcId, 'vpc-');
  checkSubnets(at, 'network.privateSubnetIds', privateSubnetIds, zones);
  if (Object.keys(publicSubnetIds).length > 0) {
    checkSubnets(at, 'network.publicSubnetIds', publicSubnetIds, zones);
  }
  const only = (ids: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(ids).filter(([zone]) => zones.includes(zone)));
  return {
    id: vpcId,
    cidr,
    zones,
    privateRanges: Object.fromEntries(zones.map((zone) => [zone, ''])),
    outbound: 'as the existing network lets them',
    privateSubnetIds: only(privateSubnetIds),
    publicSubnetIds: only(publicSubnetIds),
    ready: {},
  };
}

function checkSubnets(at: Located, property: string, ids: Readonly<Record<string, string>>, zones: readonly string[]) {
  for (const zone of zones) {
    const id = ids[zone];
    if (id === undefined) {
      const got = Object.keys(ids).join(', ') || 'none';
      throw new ValidationError(
        at,
        `${property} must name a subnet for zone ${zone}, got ${got}; add it or drop the zone`,
      );
    }
    checkId(at, `${property}.${zone}`, id, 'subnet-');
  }
}

/**
 * Holds an id to its kind; what is known at apply only is let through.
 *
 * @throws ValidationError naming the property
 */
export function checkId(at: Located, property: string, id: string, prefix: string): void {
  if (Token.isUnresolved(id) || id.startsWith(prefix)) return;
  throw new ValidationError(at, `${property} must begin with ${prefix}, got ${id}; give the id`);
}
