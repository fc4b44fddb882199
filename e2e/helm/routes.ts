/** tsx routes.ts FOLDER: writes apps behind every router, with every kind of rule that it knows. */
import { App as Cdk8s, Chart } from 'cdk8s';
import {
  ArgoRolloutApp,
  BlueGreenApp,
  CanaryApp,
  GatewayApiRouter,
  IstioRouter,
  NginxIngressRouter,
  RollingApp,
  writeManifests,
} from '../../lib';

const [folder = ''] = process.argv.slice(2);
const app = new Cdk8s({ outdir: folder });
const image = 'registry.shop.example/web:1.4.2';
const header = { name: 'X-Canary', pattern: '^(yes|always)$' };

const routers = {
  gateway: new GatewayApiRouter({ gatewayClassName: 'traefik' }),
  istio: new IstioRouter(),
  nginx: new NginxIngressRouter(),
};
for (const [name, router] of Object.entries(routers)) {
  const chart = new Chart(app, name, { namespace: 'routes' });
  const cookie = { name: 'canary', value: name === 'nginx' ? 'always' : 'v1.5+beta' };
  const tls = name === 'istio' ? undefined : { issuer: 'acme' };
  new RollingApp(chart, 'Rolling', { name: `${name}-rolling`, image, host: `rolling.${name}.example`, router, tls });
  new BlueGreenApp(chart, 'Colours', {
    name: `${name}-colours`,
    blue: { image },
    green: { image },
    active: 'green',
    shift: 30,
    host: `colours.${name}.example`,
    previewHost: `preview.${name}.example`,
    router,
    tls,
  });
  new CanaryApp(chart, 'Canary', {
    name: `${name}-canary`,
    stable: { image },
    canary: { image, replicas: 2 },
    by: { weight: 5, header, cookie },
    host: `canary.${name}.example`,
    path: '/shop',
    router,
    tls,
  });
  new ArgoRolloutApp(chart, 'ArgoCanary', {
    name: `${name}-argo-canary`,
    image,
    host: `argo.${name}.example`,
    router,
    tls,
    strategy: { canary: [{ weight: 10, pauseSeconds: 300 }, { weight: 50 }] },
  });
  new ArgoRolloutApp(chart, 'ArgoColours', {
    name: `${name}-argo-colours`,
    image,
    autoscale: { max: 6 },
    host: `argo-colours.${name}.example`,
    router,
    tls,
    strategy: { blueGreen: { previewHost: `argo-preview.${name}.example`, promoteAfterSeconds: 600 } },
  });
}
writeManifests(app);
