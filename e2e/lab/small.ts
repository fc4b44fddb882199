/** `small.ts CONTROL_PLANES WORKERS`: the hosts of a small cluster whose nodes are approved by what the cloud knows of them. */
import { App, TerraformStack } from 'cdktf';
import { AwsHosts, AwsImage, HaCluster, MultiAzNodePool } from '../../lib';

const controlPlanes = process.argv[2] === '3' ? 3 : 1;
const workers = Number(process.argv[3] ?? 0);
const app = new App();
const hosts = new TerraformStack(app, 'small');
const cloud = new AwsHosts(hosts, 'Cloud', {
  region: 'eu-central-1',
  zones: ['a', 'b', 'c'],
  cidr: '10.20.0.0/16',
  image: AwsImage.baked({ owner: 'self', namePattern: 'hacluster-1.36-*' }),
});
const cluster = new HaCluster(hosts, 'Cluster', { cloud, maxNodes: 20, controlPlanes, nodeAttestation: 'cloud' });
new MultiAzNodePool(hosts, 'General', { cluster, machine: '4c16g', min: workers, max: 3 });
app.synth();
