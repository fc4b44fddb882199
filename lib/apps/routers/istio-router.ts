import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { ValidationError } from '../../core/errors';
import type { Neighbour } from '../connections';
import { CAPABILITIES, checkRules } from './capabilities';
import { cookiePattern } from './cookie';
import type { ArgoSteering, Match, Router, RouteRule, RouteWish } from './router';

/** Properties of an `IstioRouter`. */
export interface IstioRouterProps {
  /**
   * Istio's Gateways, as `namespace/name`.
   *
   * @default ['istio-ingress/public']
   */
  readonly gateways?: readonly string[];

  /**
   * Where the gateway's pods are.
   *
   * @default - namespace `istio-ingress`
   */
  readonly pods?: Neighbour;

  /**
   * Seconds until it sends nothing more to a pod that was told to end.
   *
   * @default 5
   */
  readonly delaySeconds?: number;
}

/**
 * Routes as VirtualServices of Istio, with a DestinationRule for each version.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/
 */
export class IstioRouter implements Router {
  public readonly routerName = 'Istio';
  public readonly can = CAPABILITIES.Istio;
  public readonly delaySeconds: number;
  public readonly pods: Neighbour;

  private readonly gateways: readonly string[];

  constructor(props: IstioRouterProps = {}) {
    const { gateways = ['istio-ingress/public'], pods = { namespace: 'istio-ingress' }, delaySeconds = 5 } = props;
    this.gateways = gateways;
    this.pods = pods;
    this.delaySeconds = delaySeconds;
  }

  public route(parent: Construct, id: string, { name, labels, host, path, rules, tls }: RouteWish): void {
    checkRules(parent, this.routerName, rules);
    if (tls) {
      throw new ValidationError(
        parent,
        `tls must be left to Istio's Gateway, got tls for ${host}; give the Secret to the Gateway, or choose GatewayApiRouter`,
      );
    }
    new ApiObject(parent, id, {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name, labels },
      spec: { hosts: [host], gateways: [...this.gateways], http: rules.map((rule) => renderRule(rule, path)) },
    });
    const services = [...new Set(rules.flatMap(({ shares }) => shares.map(({ serviceName }) => serviceName)))].sort();
    for (const service of services) {
      // A preview goes to a version that the main route knows already.
      if (parent.node.tryFindChild(`Destination-${service}`)) continue;
      new ApiObject(parent, `Destination-${service}`, {
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: { name: service, labels },
        spec: {
          host: service,
          trafficPolicy: {
            // A pod that fails five times in a row is left out for half a minute.
            outlierDetection: { consecutive5xxErrors: 5, interval: '10s', baseEjectionTime: '30s' },
          },
        },
      });
    }
  }

  public argo(routeName: string): ArgoSteering {
    return { trafficRouting: { istio: { virtualService: { name: routeName } } }, listsNext: true };
  }
}

function renderRule({ match = {}, shares }: RouteRule, path: string): object {
  const headers = headersOf(match);
  return {
    match: [{ uri: { prefix: path }, ...(Object.keys(headers).length > 0 ? { headers } : {}) }],
    route: shares.map(({ serviceName, weight }) => ({
      destination: { host: serviceName, port: { number: 80 } },
      weight,
    })),
  };
}

function headersOf({ header, cookie }: Match): Record<string, object> {
  return {
    ...(header ? { [header.name.toLowerCase()]: valueOf(header) } : {}),
    ...(cookie ? { cookie: { regex: cookiePattern(cookie) } } : {}),
  };
}

function valueOf({ value, pattern = '.*' }: NonNullable<Match['header']>): object {
  return value === undefined ? { regex: pattern } : { exact: value };
}
