import { App as Cdk8s, Chart } from 'cdk8s';
import {
  BlueGreenApp,
  CanaryApp,
  GatewayApiRouter,
  NginxIngressRouter,
  RollingApp,
  writeManifests,
  type BlueGreenAppProps,
  type Router,
} from '../../lib';

/** A namespace of apps, and what brings requests to them. */
export interface Shop {
  readonly namespace: string;
  readonly router: Router;
  /** The value of the cookie `canary` that its router knows. */
  readonly cookie: string;
}

export const GATEWAY_API: Shop = { namespace: 'gateway-api', router: new GatewayApiRouter(), cookie: 'v1.5+beta' };
export const INGRESS_NGINX: Shop = { namespace: 'ingress-nginx', router: new NginxIngressRouter(), cookie: 'always' };

/** Images by version; `ill` never becomes ready. */
export const image = (version: string, name = 'web') => `registry.test/${name}:${version}`;

/** Writes a `BlueGreenApp` called `colours`. */
export function colours(folder: string, shop: Shop, props: Partial<BlueGreenAppProps> = {}): void {
  write(folder, shop, (chart) => {
    new BlueGreenApp(chart, 'Colours', {
      blue: { image: image('1.4.2') },
      green: { image: image('1.5.0') },
      active: 'blue',
      replicas: 3,
      host: hostOf('colours', shop),
      previewHost: hostOf('preview', shop),
      router: shop.router,
      ...props,
    });
  });
}

/** Writes a `RollingApp` called `rolling`. */
export function rolling(folder: string, shop: Shop, version: string): void {
  write(folder, shop, (chart) => {
    new RollingApp(chart, 'Rolling', {
      image: image(version),
      replicas: 3,
      host: hostOf('rolling', shop),
      router: shop.router,
    });
  });
}

/** Writes a `CanaryApp` called `canary`, with every way to get to it. */
export function canary(folder: string, shop: Shop): void {
  write(folder, shop, (chart) => {
    new CanaryApp(chart, 'Canary', {
      stable: { image: image('1.4.2') },
      canary: { image: image('1.5.0') },
      by: {
        weight: 20,
        header: { name: 'X-Canary', pattern: '^(anna|ben)@' },
        cookie: { name: 'canary', value: shop.cookie },
      },
      host: hostOf('canary', shop),
      router: shop.router,
    });
  });
}

export const hostOf = (app: string, { namespace }: Shop) => `${app}.${namespace}.test`;

function write(folder: string, { namespace }: Shop, build: (chart: Chart) => void): void {
  const app = new Cdk8s({ outdir: folder });
  build(new Chart(app, 'shop', { namespace }));
  writeManifests(app);
}
