import type { Construct } from 'constructs';
import type { AppProps } from './app-props';
import type { Demand } from './demand';
import { Version } from './version';
import { Workload } from './workload';

/**
 * A stateless app inside the cluster: pods, a Service, and all that keeps it available.
 *
 * What comes from outside the cluster takes a release: `RollingApp`, `BlueGreenApp` or `CanaryApp`.
 *
 * @throws ValidationError for everything that would make it less than available
 * @example
 * const api = new App(chart, 'Api', { image: 'registry.example/shop/api:1.4.2' });
 * web.connectsTo(api);
 */
export class App extends Workload {
  public readonly ports: readonly number[];
  public readonly demands: readonly Demand[];
  /** Its one version. */
  public readonly version: Version;
  /** The name of its Service, on port 80. */
  public readonly serviceName: string;

  constructor(scope: Construct, id: string, props: AppProps, routerDelaySeconds?: number) {
    super(scope, id, props);
    const { port = 8080 } = props;
    this.ports = [port];
    this.version = new Version(this, 'Version', props, {
      appName: this.appName,
      versionName: this.appName,
      selector: this.selector,
      labels: this.labels,
      routerDelaySeconds,
    });
    this.demands = [this.version.demand];
    this.serviceName = this.appName;
  }
}
