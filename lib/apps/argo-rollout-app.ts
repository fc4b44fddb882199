import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import type { AppProps } from './app-props';
import { renderStrategy, type ArgoStrategy } from './argo-rollout';
import type { Demand } from './demand';
import { addRoute, checkHost, routerOf, type RoutedProps } from './routed';
import { Version } from './version';
import { Workload } from './workload';

/** Properties of an `ArgoRolloutApp`. */
export interface ArgoRolloutAppProps extends AppProps, RoutedProps {
  /** How a new version comes in. */
  readonly strategy: ArgoStrategy;
}

/**
 * An app whose versions the controller of Argo Rollouts brings in: by a canary's steps, or blue-green.
 *
 * For those who run that controller; `BlueGreenApp` and `CanaryApp` need none. With the Gateway API it needs its plugin
 * `argoproj-labs/gatewayAPI`. It changes the weights of the route: let no deploy write them back while a version comes in.
 *
 * @throws ValidationError for everything that would make a release unsafe, and for a router that it cannot steer
 * @see https://argo-rollouts.readthedocs.io/en/stable/
 * @example
 * new ArgoRolloutApp(chart, 'Web', {
 *   image: 'registry.example/shop/web:1.5.0',
 *   host: 'shop.example',
 *   strategy: { canary: [{ weight: 10, pauseSeconds: 300 }, { weight: 50 }] },
 * });
 */
export class ArgoRolloutApp extends Workload {
  public readonly ports: readonly number[];
  public readonly demands: readonly Demand[];
  /** What the Rollout holds. */
  public readonly version: Version;
  /** The Service of the version that has the requests. */
  public readonly stableServiceName: string;
  /** The Service of the version that comes in. */
  public readonly nextServiceName: string;

  constructor(scope: Construct, id: string, props: ArgoRolloutAppProps) {
    super(scope, id, props);
    const { host, path, router: given, tls, strategy, ...common } = props;
    const router = routerOf({ router: given });
    this.ports = [props.port ?? 8080];
    this.stableServiceName = this.appName;
    this.nextServiceName = `${this.appName}-${'canary' in strategy ? 'canary' : 'preview'}`;
    const { namespace } = Chart.of(this);
    const steered = router.argo?.(this.appName, namespace);
    if (!steered) {
      throw new ValidationError(
        this,
        `router must be one that Argo Rollouts steers, got ${router.routerName}; choose Gateway API, Istio or ingress-nginx`,
      );
    }
    if (namespace === undefined) {
      throw new ValidationError(this, 'the chart must have a namespace, got none; give it one');
    }
    this.version = new Version(this, 'Version', common, {
      appName: this.appName,
      versionName: this.appName,
      selector: this.selector,
      labels: this.labels,
      routerDelaySeconds: router.delaySeconds,
      rollout: renderStrategy(this, strategy, {
        stable: this.stableServiceName,
        next: this.nextServiceName,
        trafficRouting: steered.trafficRouting,
      }),
    });
    // The next version grows to full size before the old one shrinks.
    const { demand } = this.version;
    this.demands = [{ ...demand, most: this.version.most * 2 }];
    this.nextService();
    const stable = { serviceName: this.stableServiceName, weight: 100 };
    const next = { serviceName: this.nextServiceName, weight: 0 };
    const shares = 'canary' in strategy && steered.listsNext ? [stable, next] : [stable];
    addRoute(this, 'Route', this.appName, { host, path, router, tls }, [{ shares }]);
    const previewHost = 'blueGreen' in strategy ? strategy.blueGreen.previewHost : undefined;
    if (previewHost === undefined) return;
    checkHost(this, 'strategy.blueGreen.previewHost', previewHost);
    addRoute(this, 'Preview', `${this.appName}-preview`, { host: previewHost, path, router, tls }, [
      { shares: [{ serviceName: this.nextServiceName, weight: 100 }] },
    ]);
  }

  /** The same pods as the stable one's, until the controller tells them apart. */
  private nextService(): void {
    new ApiObject(this, 'Next', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: this.nextServiceName, labels: this.labels },
      spec: {
        selector: this.selector,
        ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' }],
      },
    });
  }
}
