import type { Construct } from 'constructs';
import type { AppProps } from './app-props';
import { Version } from './version';
import { Workload } from './workload';

/** What one of two versions has of its own; the rest is the app's. */
export type OwnProps = Pick<AppProps, 'image'> & Partial<Omit<AppProps, 'name' | 'labels' | 'port' | 'mountsToken'>>;

/** The label that tells versions of an app apart. */
export const VERSION_LABEL = 'cdk-container-platform/version';

/** An app of which two versions stand side by side, each with a Deployment, a Service, a budget and an autoscaler. */
export abstract class SideBySide extends Workload {
  public readonly ports: readonly number[];

  constructor(scope: Construct, id: string, props: Omit<AppProps, 'image'>) {
    super(scope, id, props);
    const { port = 8080 } = props;
    this.ports = [port];
  }

  /** One version, named after the app and its role. */
  protected version(role: string, shared: Omit<AppProps, 'image'>, own: OwnProps, routerDelaySeconds: number): Version {
    const id = `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
    const { replicas, autoscale, ...rest } = shared;
    // An own size takes the place of the shared one, of whichever kind.
    const size = own.replicas === undefined && own.autoscale === undefined ? { replicas, autoscale } : {};
    return new Version(
      this,
      id,
      { ...rest, ...size, ...own },
      {
        appName: this.appName,
        versionName: `${this.appName}-${role}`,
        selector: { ...this.selector, [VERSION_LABEL]: role },
        labels: { ...this.labels, [VERSION_LABEL]: role },
        routerDelaySeconds,
      },
    );
  }
}
