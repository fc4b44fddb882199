import { App, Chart } from 'cdk8s';
import { ConfigMap, Namespace } from 'cdk8s-plus-27';
import { writeManifests } from '../../lib';

const app = new App();
const chart = new Chart(app, 'shop');
const namespace = new Namespace(chart, 'Namespace', { metadata: { name: 'shop' } });
new ConfigMap(chart, 'Settings', {
  metadata: { name: 'settings', namespace: namespace.name },
  data: { LOG_LEVEL: 'info' },
});

writeManifests(app);
