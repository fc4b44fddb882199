import type { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import type { AppProps } from './app-props';
import type { Demand } from './demand';
import { addRoute, checkHost, routerOf, sharesOf, type RoutedProps } from './routed';
import { SideBySide, type OwnProps } from './side-by-side';
import type { Version } from './version';

/** The two versions of a `BlueGreenApp`. */
export type Colour = 'blue' | 'green';

/** Properties of a `BlueGreenApp`. */
export interface BlueGreenAppProps extends Omit<AppProps, 'image'>, RoutedProps {
  /** The blue version: its image, and what differs from the app's props. */
  readonly blue: OwnProps;

  /** The green version. */
  readonly green: OwnProps;

  /** The colour that requests go to. To go back is to change it back. */
  readonly active: Colour;

  /**
   * Percent of the requests that the other colour gets; a step on the way from one to the other.
   *
   * @default 0
   */
  readonly shift?: number;

  /**
   * A host by which the other colour is asked, before it gets anybody's requests.
   *
   * @default - none
   */
  readonly previewHost?: string;
}

/**
 * Two versions side by side, of which one gets the requests, until the other takes over: all at once or in steps.
 *
 * Both have their full size, a budget and an autoscaler, so that either can take all requests at any time.
 *
 * @throws ValidationError for everything that would make a switch unsafe, and for what the router cannot do
 * @example
 * new BlueGreenApp(chart, 'Web', {
 *   blue: { image: 'registry.example/shop/web:1.4.2' },
 *   green: { image: 'registry.example/shop/web:1.5.0' },
 *   active: 'blue',
 *   host: 'shop.example',
 * });
 */
export class BlueGreenApp extends SideBySide {
  /** Both versions. */
  public readonly versions: Readonly<Record<Colour, Version>>;

  constructor(scope: Construct, id: string, props: BlueGreenAppProps) {
    super(scope, id, props);
    const { blue, green, active, shift = 0, previewHost, ...shared } = props;
    const { host, path, router, tls, ...common } = shared;
    const { delaySeconds } = routerOf({ router });
    this.versions = {
      blue: this.version('blue', common, blue, delaySeconds),
      green: this.version('green', common, green, delaySeconds),
    };
    this.checkSizes(active);
    const idle = active === 'blue' ? 'green' : 'blue';
    const shares = sharesOf(this, 'shift', this.versions[active].versionName, this.versions[idle].versionName, shift);
    addRoute(this, 'Route', this.appName, { host, path, router, tls }, [{ shares }]);
    if (previewHost === undefined) return;
    checkHost(this, 'previewHost', previewHost);
    if (previewHost === host) {
      throw new ValidationError(this, `previewHost must differ from host, got ${previewHost}; give another name`);
    }
    const preview = { host: previewHost, path, router, tls };
    const all = [{ serviceName: this.versions[idle].versionName, weight: 100 }];
    addRoute(this, 'Preview', `${this.appName}-preview`, preview, [{ shares: all }]);
  }

  /** Both stand beside each other. */
  public get demands(): readonly Demand[] {
    return Object.values(this.versions).map(({ demand }) => demand);
  }

  /** Whoever takes over must be able to take all. */
  private checkSizes(active: Colour): void {
    const idle = active === 'blue' ? 'green' : 'blue';
    const [most, other] = [this.versions[active].most, this.versions[idle].most];
    if (other >= most) return;
    throw new ValidationError(
      this,
      `${idle} must have at least as many pods as ${active}, which it is to take over from, got ${other} below ${most}; raise its replicas or autoscale.max`,
    );
  }
}
