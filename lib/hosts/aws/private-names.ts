import { Construct } from 'constructs';
import { aws } from '../../bindings/aws';
import { own } from './names';
import { AwsBalancer } from './balancer';
import type { Balancer } from '../network';
import { tagsOf, type AwsSite } from './site';

/** Names that only the network knows. */
export interface AwsPrivateDns {
  /** The zone's name, such as `internal.shop.example`. */
  readonly zoneName: string;
  /**
   * The id of a private zone that exists already and is attached to the network.
   *
   * @default - a new zone
   */
  readonly zoneId?: string;
}

/** Properties of `AwsPrivateNames`. */
export interface AwsPrivateNamesProps extends AwsPrivateDns {
  /** The place. */
  readonly site: AwsSite;
}

/** A private zone; a cluster's names stay when its balancer is replaced. */
export class AwsPrivateNames extends Construct {
  private readonly zoneName: string;
  private readonly zoneId: string;

  constructor(scope: Construct, id: string, { site, zoneName, zoneId }: AwsPrivateNamesProps) {
    super(scope, id);
    this.zoneName = zoneName;
    this.zoneId =
      zoneId ??
      new aws.Route53Zone(this, 'Resource', {
        name: zoneName,
        comment: 'Names of clusters',
        vpc: [{ vpc_id: site.network.id }],
        force_destroy: !site.deletionProtection,
        tags: tagsOf(site, zoneName),
      }).text('zone_id');
  }

  /** A name for a balancer. */
  public addName(parent: Construct, id: string, label: string, balancer: Balancer): string {
    const { host, hostedZoneId } = own(parent, AwsBalancer, balancer);
    const name = `${label}.${this.zoneName}`;
    new aws.Route53Record(parent, id, {
      zone_id: this.zoneId,
      name,
      type: 'A',
      // Not by health: with every target down, a name that is gone tells less than a connection that fails.
      alias: { name: host, zone_id: hostedZoneId, evaluate_target_health: false },
    });
    return name;
  }
}
