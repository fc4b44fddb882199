import { Construct } from 'constructs';
import { aws } from '../../bindings/aws';
import type { L1Resource } from '../../bindings/l1';
import { ValidationError } from '../../core/errors';
import type { ClusterScoped } from '../host-cloud';
import type { Balancer, BalancerWish } from '../network';
import { fit } from './names';
import { tagsOf, type Sited } from './site';

/** A network balancer that passes one port on to hosts whose API server is ready. */
export class AwsBalancer extends Construct implements Balancer {
  public readonly host: string;
  public readonly port: number;
  /** The zone that alias records point into. */
  public readonly hostedZoneId: string;
  /** What groups put their machines into. */
  public readonly targetGroupArn: string;
  /** What must stand before a target counts as healthy. */
  public readonly listener: L1Resource;

  constructor(scope: Construct, id: string, { site, wish }: Sited<ClusterScoped & BalancerWish>) {
    super(scope, id);
    const { clusterName, name, port, healthPath, open, firewall } = wish;
    const { network } = site;
    const subnets = Object.values(open ? network.publicSubnetIds : network.privateSubnetIds);
    if (subnets.length === 0) {
      throw new ValidationError(
        scope,
        `balancer ${name} must stand in public subnets, got none; give the network publicSubnetIds, or natGateways other than none`,
      );
    }
    const fullName = fit(`${clusterName}-${name}`, 32);
    const tags = tagsOf(site, fullName);
    const balancer = new aws.Lb(this, 'Resource', {
      name: fullName,
      load_balancer_type: 'network',
      internal: !open,
      subnets,
      security_groups: [firewall.id],
      // The hosts of one zone serve the clients of all: a zone may have no healthy host of its own.
      enable_cross_zone_load_balancing: true,
      enable_deletion_protection: site.deletionProtection,
      tags,
    });
    const targets = new aws.LbTargetGroup(this, 'Targets', {
      name: fullName,
      vpc_id: network.id,
      target_type: 'instance',
      protocol: 'TCP',
      port,
      // A control-plane host dials the balancer too; with its own address kept, an answer from itself is dropped.
      preserve_client_ip: 'false',
      deregistration_delay: '60',
      connection_termination: true,
      health_check: {
        protocol: 'HTTPS',
        path: healthPath,
        port: 'traffic-port',
        matcher: '200',
        // The shortest there is: a host without power keeps getting its share of connections for two of them.
        interval: 5,
        timeout: 4,
        healthy_threshold: 2,
        unhealthy_threshold: 2,
      },
      tags,
    });
    this.listener = new aws.LbListener(this, 'Listener', {
      load_balancer_arn: balancer.text('arn'),
      protocol: 'TCP',
      port,
      default_action: [{ type: 'forward', target_group_arn: targets.text('arn') }],
      tags,
    });
    this.host = balancer.text('dns_name');
    this.port = port;
    this.hostedZoneId = balancer.text('zone_id');
    this.targetGroupArn = targets.text('arn');
  }
}
