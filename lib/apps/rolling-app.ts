import type { Construct } from 'constructs';
import { App } from './app';
import type { AppProps } from './app-props';
import { addRoute, routerOf, type RoutedProps } from './routed';

/** Properties of a `RollingApp`. */
export interface RollingAppProps extends AppProps, RoutedProps {}

/**
 * An app for requests from outside, whose versions follow each other pod by pod.
 *
 * No pod goes before its successor is ready, and none ends before every router knows.
 *
 * @throws ValidationError for everything that would make it less than available
 * @example
 * new RollingApp(chart, 'Web', { image: 'registry.example/shop/web:1.4.2', host: 'shop.example' });
 */
export class RollingApp extends App {
  constructor(scope: Construct, id: string, props: RollingAppProps) {
    super(scope, id, props, routerOf(props).delaySeconds);
    addRoute(this, 'Route', this.appName, props, [{ shares: [{ serviceName: this.serviceName, weight: 100 }] }]);
  }
}
