import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { ValidationError } from '../../core/errors';
import type { Neighbour } from '../connections';
import { CAPABILITIES, checkRules } from './capabilities';
import { cookiePattern } from './cookie';
import type { ArgoSteering, Match, RouteRule, RouteWish, Router, Tls } from './router';

/** Properties of a `GatewayApiRouter`. */
export interface GatewayApiRouterProps {
  /**
   * The Gateway that routes hang on.
   *
   * @default - `public` in namespace `gateway`
   */
  readonly gateway?: { readonly name: string; readonly namespace: string };

  /**
   * The class of Gateways that hosts with TLS of their own get.
   *
   * @default - none: TLS is the shared Gateway's
   */
  readonly gatewayClassName?: string;

  /**
   * Where the gateway's pods are.
   *
   * @default - the shared Gateway's namespace
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
 * Routes as HTTPRoutes of the Gateway API.
 *
 * @see https://gateway-api.sigs.k8s.io/api-types/httproute/
 */
export class GatewayApiRouter implements Router {
  public readonly routerName = 'Gateway API';
  public readonly can = CAPABILITIES['Gateway API'];
  public readonly delaySeconds: number;
  public readonly pods: Neighbour;

  private readonly gateway: { readonly name: string; readonly namespace: string };

  constructor(private readonly props: GatewayApiRouterProps = {}) {
    const { gateway = { name: 'public', namespace: 'gateway' }, delaySeconds = 5 } = props;
    this.gateway = gateway;
    this.delaySeconds = delaySeconds;
    this.pods = props.pods ?? { namespace: gateway.namespace };
  }

  public route(parent: Construct, id: string, wish: RouteWish): void {
    const { name, labels, host, rules, tls } = wish;
    checkRules(parent, this.routerName, rules);
    const gateway = tls ? this.ownGateway(parent, `${id}Gateway`, wish, tls) : this.gateway;
    new ApiObject(parent, id, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name, labels },
      spec: {
        parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', ...gateway }],
        hostnames: [host],
        rules: rules.map((rule) => renderRule(rule, wish.path)),
      },
    });
  }

  public argo(routeName: string, namespace: string | undefined): ArgoSteering {
    const plugins = { 'argoproj-labs/gatewayAPI': { httpRoute: routeName, namespace } };
    return { trafficRouting: { plugins }, listsNext: true };
  }

  private ownGateway(parent: Construct, id: string, { name, labels, host }: RouteWish, tls: Tls) {
    const { gatewayClassName } = this.props;
    if (gatewayClassName === undefined) {
      throw new ValidationError(
        parent,
        `tls needs a Gateway of its own, whose class the router does not know, got tls for ${host}; give GatewayApiRouter gatewayClassName, or leave TLS to the shared Gateway`,
      );
    }
    const secretName = 'secretName' in tls ? tls.secretName : `${name}-tls`;
    new ApiObject(parent, id, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: {
        name,
        labels,
        ...('issuer' in tls ? { annotations: { 'cert-manager.io/cluster-issuer': tls.issuer } } : {}),
      },
      spec: {
        gatewayClassName,
        listeners: [
          {
            name: 'https',
            port: 443,
            protocol: 'HTTPS',
            hostname: host,
            tls: { mode: 'Terminate', certificateRefs: [{ group: '', kind: 'Secret', name: secretName }] },
          },
        ],
      },
    });
    return { name };
  }
}

function renderRule({ match = {}, shares }: RouteRule, path: string): object {
  const headers = headersOf(match);
  return {
    matches: [{ path: { type: 'PathPrefix', value: path }, ...(headers.length > 0 ? { headers } : {}) }],
    backendRefs: shares.map(({ serviceName, weight }) => ({
      group: '',
      kind: 'Service',
      name: serviceName,
      port: 80,
      weight,
    })),
  };
}

function headersOf({ header, cookie }: Match): object[] {
  return [
    ...(header ? [valueOf(header)] : []),
    ...(cookie ? [{ type: 'RegularExpression', name: 'Cookie', value: cookiePattern(cookie) }] : []),
  ];
}

function valueOf({ name, value, pattern }: NonNullable<Match['header']>): object {
  if (pattern !== undefined) return { type: 'RegularExpression', name, value: pattern };
  return value === undefined ? { type: 'RegularExpression', name, value: '.*' } : { type: 'Exact', name, value };
}
