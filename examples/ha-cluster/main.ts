import { App, LocalBackend, TerraformStack } from 'cdktf';
import { AwsHosts, AwsImage, CalicoNetwork, HaCluster, MultiAzNodePool } from '../../lib';

export const app = new App();

const hosts = new TerraformStack(app, 'demo-hosts');
new LocalBackend(hosts, { path: 'demo-hosts.tfstate' });
const cloud = new AwsHosts(hosts, 'Cloud', {
  region: 'eu-central-1',
  zones: ['a', 'b', 'c'],
  cidr: '10.20.0.0/16',
  image: AwsImage.baked({ owner: 'self', namePattern: 'hacluster-1.36-*' }),
});
const cluster = new HaCluster(hosts, 'Cluster', { cloud, maxNodes: 20 });
new MultiAzNodePool(hosts, 'General', { cluster, machine: '4c16g', min: 3, max: 12 });
new MultiAzNodePool(hosts, 'Spot', { cluster, machine: '4c16g', min: 0, max: 8, spotPercent: 100 });

const platform = new TerraformStack(app, 'demo-platform');
new LocalBackend(platform, { path: 'demo-platform.tfstate' });
cluster.connect(platform);
new CalicoNetwork(platform, 'Network', { cluster });

app.synth();
