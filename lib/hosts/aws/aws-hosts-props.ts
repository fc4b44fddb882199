import { Token } from 'cdktf';
import type { Construct } from 'constructs';
import { ValidationError } from '../../core/errors';
import type { Machine } from '../machines';
import type { NodeProxy } from '../network';
import type { AwsImage } from './image';
import type { NatGateways } from './nat-gateways';
import { checkId, type AwsNetwork } from './network';
import type { AwsPrivateDns } from './private-names';

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

/** Names, ids and combinations that can be. */
export function checkProps(at: Construct, props: AwsHostsProps): void {
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
