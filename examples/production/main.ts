import { App, S3Backend, TerraformStack } from 'cdktf';
import { AwsHosts, AwsImage, CalicoNetwork, HaCluster, MultiAzNodePool } from '../../lib';

export const app = new App();

const hosts = new TerraformStack(app, 'shop-hosts');
new S3Backend(hosts, { bucket: 'shop-terraform', key: 'hosts.tfstate', region: 'ap-southeast-1', encrypt: true });
const cloud = new AwsHosts(hosts, 'Cloud', {
  region: 'ap-southeast-1',
  zones: ['a', 'b', 'c'],
  cidr: '10.20.0.0/16',
  image: AwsImage.baked({ owner: 'self', namePattern: 'hacluster-1.36-*' }),
});
const cluster = new HaCluster(hosts, 'Cluster', {
  cloud,
  maxNodes: 60,
  apiAllowedRanges: ['10.8.0.0/16'],
  recordFile: 'examples/production/shop.record.json',
});
new MultiAzNodePool(hosts, 'General', { cluster, machine: '8c32g', min: 3, max: 30 });
new MultiAzNodePool(hosts, 'Spot', { cluster, machine: '8c32g', min: 0, max: 20, spotPercent: 100 });
new MultiAzNodePool(hosts, 'Ingress', {
  cluster,
  machine: '4c8g',
  min: 3,
  max: 6,
  labels: { 'shop.example/ingress': 'true' },
  taints: [{ key: 'shop.example/ingress', effect: 'NoSchedule' }],
});

const platform = new TerraformStack(app, 'shop-platform');
new S3Backend(platform, { bucket: 'shop-terraform', key: 'platform.tfstate', region: 'ap-southeast-1', encrypt: true });
cluster.connect(platform);
new CalicoNetwork(platform, 'Network', { cluster });

app.synth();
