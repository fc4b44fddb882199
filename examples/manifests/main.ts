import { App as Cdk8s, Chart } from 'cdk8s';
import {
  App,
  BlueGreenApp,
  ConfigCenter,
  EnvValue,
  policy,
  ScheduledJob,
  StatefulApp,
  Tenant,
  writeManifests,
} from '../../lib';

const app = new Cdk8s();

const tenants = new Chart(app, 'tenants');
new Tenant(tenants, 'Shop', { quota: { cpu: '20', memory: '64Gi' }, groups: { developers: ['shop-developers'] } });

const shop = new Chart(app, 'shop', { namespace: 'shop' });
const config = new ConfigCenter(shop, 'Settings', { values: { LOG_LEVEL: 'info' } });
const orders = new StatefulApp(shop, 'Orders', {
  image: 'registry.shop.example/orders:2.1.0',
  volumes: { data: { path: '/data', size: '20Gi' } },
  env: { STORE_PASSWORD: EnvValue.secret('orders', 'password') },
});
const api = new App(shop, 'Api', {
  image: 'registry.shop.example/api:1.4.2',
  config: [config],
  autoscale: { max: 10 },
});
const web = new BlueGreenApp(shop, 'Web', {
  blue: { image: 'registry.shop.example/web:1.4.2' },
  green: { image: 'registry.shop.example/web:1.5.0' },
  active: 'blue',
  host: 'shop.example',
  previewHost: 'next.shop.example',
});
const reports = new ScheduledJob(shop, 'Reports', {
  image: 'registry.shop.example/reports:1.0.3',
  schedule: '30 2 * * *',
});
web.connectsTo(api);
api.connectsTo(orders);
reports.connectsTo(orders);

policy.check(app);
writeManifests(app);
