import { Token, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { aws } from '../../bindings/aws';
import { ValidationError } from '../../core/errors';
import type { Flow, Party } from '../../core/ports';
import type { ClusterScoped } from '../host-cloud';
import type { Firewall } from '../network';
import { own, pascal } from './names';
import { tagsOf, type Sited } from './site';

/** A security group without rules. */
export class AwsFirewall extends Construct implements Firewall {
  public readonly id: string;
  public readonly party: Party;
  /** Rules that let its machines open connections. */
  public readonly outbound: ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, { site, wish }: Sited<ClusterScoped & { readonly party: Party }>) {
    super(scope, id);
    const { clusterName, party } = wish;
    // The cloud controller wants its tag on one group of a node, and on no other.
    const owner = party === 'node' ? { [`kubernetes.io/cluster/${clusterName}`]: 'owned' } : {};
    const group = new aws.SecurityGroup(this, 'Resource', {
      name: `${clusterName}-${party}`,
      description: descriptions[party] ?? `Cluster ${party}`,
      vpc_id: site.network.id,
      tags: tagsOf(site, `${clusterName}-${party}`, owner),
    });
    this.id = group.id;
    this.party = party;
  }
}

// A group's description cannot change without its replacement, hence words that stay true.
const descriptions: Readonly<Partial<Record<Party, string>>> = {
  node: 'Every host of the cluster',
  'control-plane': 'Control-plane hosts',
  'api-balancer': 'Balancer of the API, private',
  'public-api-balancer': 'Balancer of the API, public',
};

/** Firewalls or ranges by party. */
export type Parties = Readonly<Partial<Record<Party, readonly Firewall[] | readonly string[]>>>;

/**
 * A rule for each flow at each end that is a firewall: inbound where it is taken, outbound where it is opened.
 *
 * Outbound rules of hosts are left out where a flow lets hosts open anything to anywhere anyway.
 *
 * @throws ValidationError when a flow names a party that is not given
 */
export function admit(parent: Construct, flows: readonly Flow[], parties: Parties): void {
  const free = flows.some(
    (flow) => flow.to === 'world' && flow.protocol === 'any' && hosts.has(flow.from) && anywhere(parties.world),
  );
  for (const flow of flows) {
    const from = ends(parent, flow.from, parties);
    const to = ends(parent, flow.to, parties);
    for (const [opener, taker] of from.flatMap((one) => to.map((other) => [one, other] as const))) {
      const id = ruleId(flow, opener, taker);
      if (typeof taker !== 'string') {
        new aws.IngressRule(parent, `In${id}`, rule(taker, opener, flow));
      }
      if (typeof opener !== 'string' && !(free && hosts.has(flow.from) && flow.to !== 'world')) {
        opener.outbound.push(new aws.EgressRule(parent, `Out${id}`, rule(opener, taker, flow)));
      }
    }
  }
}

const hosts: ReadonlySet<Party> = new Set(['node', 'control-plane', 'worker']);
const anywhere = (world: readonly (Firewall | string)[] = []) => world.includes('0.0.0.0/0');

type End = AwsFirewall | string;

function ends(parent: Construct, party: Party, parties: Parties): readonly End[] {
  const given = parties[party];
  if (!given) {
    throw new ValidationError(
      parent,
      `flows must be between known parties, got ${party}; give its firewalls or ranges`,
    );
  }
  return given.map((end) => (typeof end === 'string' ? end : own(parent, AwsFirewall, end)));
}

/** By names and ranges only, so that a flow more or less moves no other rule. */
function ruleId(flow: Flow, opener: End, taker: End): string {
  const port = `${flow.protocol}${flow.port ?? ''}`;
  const end = (party: Party, at: End) => pascal(party) + (typeof at === 'string' ? rangeId(at) : '');
  return `-${pascal(flow.component)}-${pascal(port)}-${end(flow.from, opener)}-${end(flow.to, taker)}`;
}

function rangeId(range: string): string {
  if (range === '0.0.0.0/0') return '';
  return Token.isUnresolved(range) ? '_token' : `_${range.replace(/[./]/g, '_')}`;
}

const protocols = { tcp: 'tcp', udp: 'udp', ipip: '4', any: '-1' } as const;

function rule(at: AwsFirewall, other: End, flow: Flow) {
  return {
    security_group_id: at.id,
    // AWS takes these characters and no others.
    description: `${flow.component}: ${flow.why}`.replace(/[^A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]/g, ' ').slice(0, 255),
    ip_protocol: protocols[flow.protocol],
    from_port: flow.port,
    to_port: flow.port === undefined ? undefined : (flow.toPort ?? flow.port),
    ...(typeof other === 'string' ? { cidr_ipv4: other } : { referenced_security_group_id: other.id }),
  };
}
