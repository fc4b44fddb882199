import type { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import type { AppProps } from './app-props';
import type { Demand } from './demand';
import { addRoute, routerOf, sharesOf, type RoutedProps } from './routed';
import type { Match, RouteRule } from './routers/router';
import { SideBySide, type OwnProps } from './side-by-side';
import type { Version } from './version';

/** Who is sent to the canary. What is looked at first: a header, then a cookie, then the weight. */
export interface CanaryBy {
  /**
   * Percent of the requests that neither header nor cookie decide.
   *
   * @default 0
   */
  readonly weight?: number;

  /**
   * Requests with this header, of a value or one that matches a pattern.
   *
   * @default - none
   */
  readonly header?: NonNullable<Match['header']>;

  /**
   * Requests with this cookie.
   *
   * @default - none
   */
  readonly cookie?: NonNullable<Match['cookie']>;
}

/** Properties of a `CanaryApp`. */
export interface CanaryAppProps extends Omit<AppProps, 'image'>, RoutedProps {
  /** What most requests go to. */
  readonly stable: OwnProps;

  /** What is tried: its image, and what differs from the app's props, such as `replicas`. */
  readonly canary: OwnProps;

  /** Who tries it. */
  readonly by: CanaryBy;
}

/**
 * An app of which a few requests go to the next version: by header, by cookie, by weight, or by all three.
 *
 * @throws ValidationError for what the router cannot do, naming those that can
 * @example
 * new CanaryApp(chart, 'Web', {
 *   stable: { image: 'registry.example/shop/web:1.4.2' },
 *   canary: { image: 'registry.example/shop/web:1.5.0' },
 *   by: { weight: 5, header: { name: 'X-Canary', value: 'always' } },
 *   host: 'shop.example',
 * });
 */
export class CanaryApp extends SideBySide {
  /** Both versions. */
  public readonly versions: Readonly<Record<'stable' | 'canary', Version>>;

  constructor(scope: Construct, id: string, props: CanaryAppProps) {
    super(scope, id, props);
    const { stable, canary, by, host, path, router, tls, ...common } = props;
    const { delaySeconds } = routerOf({ router });
    this.versions = {
      stable: this.version('stable', common, stable, delaySeconds),
      canary: this.version('canary', common, canary, delaySeconds),
    };
    addRoute(this, 'Route', this.appName, { host, path, router, tls }, this.rules(by));
  }

  /** Both stand beside each other. */
  public get demands(): readonly Demand[] {
    return Object.values(this.versions).map(({ demand }) => demand);
  }

  private rules({ weight = 0, header, cookie }: CanaryBy): RouteRule[] {
    const { stable, canary } = this.versions;
    if (header?.value !== undefined && header.pattern !== undefined) {
      throw new ValidationError(
        this,
        `by.header must have a value or a pattern, got both ${header.value} and ${header.pattern}; keep one`,
      );
    }
    if (weight === 0 && !header && !cookie) {
      throw new ValidationError(this, 'by must name a weight, a header or a cookie, got none; give weight: 5');
    }
    const all = [{ serviceName: canary.versionName, weight: 100 }];
    return [
      ...(header ? [{ match: { header }, shares: all }] : []),
      ...(cookie ? [{ match: { cookie }, shares: all }] : []),
      { shares: sharesOf(this, 'by.weight', stable.versionName, canary.versionName, weight) },
    ];
  }
}
