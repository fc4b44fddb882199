import { App, DataResource, Fn, TerraformStack, Testing } from 'cdktf';
import { flows } from '../../../lib/core/ports';
import { PodNetworkMode } from '../../../lib/core/pod-network';
import { AwsHosts } from '../../../lib/hosts/aws/aws-hosts';
import type { AwsHostsProps } from '../../../lib/hosts/aws/aws-hosts-props';
import type { HostCloud } from '../../../lib/hosts/host-cloud';

export const DEFAULTS: AwsHostsProps = { region: 'eu-central-1', zones: ['a', 'b', 'c'], cidr: '10.20.0.0/16' };

/** Everything a cluster asks of a cloud, in the order in which it asks. */
export function askFor(stack: TerraformStack, cloud: HostCloud, options: { open?: boolean; egress?: string[] } = {}) {
  const { open = false, egress = ['0.0.0.0/0'] } = options;
  const clusterName = 'shop';
  const uid = Fn.substr(new DataResource(stack, 'Uid').id, 0, 8);
  const store = cloud.secretStore(stack, 'Secrets', { clusterName, uid });
  store.seed('State', 'state', '{"phase":"uninitialized"}');
  const bucket = cloud.bucket(stack, 'Bucket', { clusterName, keepDays: 30 });
  const bundle = bucket.put('Bundle', 'bundle/0123.json', '{"run":"echo ${HOME} %{x} $${y}"}');
  const node = cloud.firewall(stack, 'NodeFirewall', { clusterName, party: 'node' });
  const controlPlane = cloud.firewall(stack, 'ControlPlaneFirewall', { clusterName, party: 'control-plane' });
  const api = cloud.firewall(stack, 'ApiFirewall', { clusterName, party: 'api-balancer' });
  const publicApi = open && cloud.firewall(stack, 'PublicApiFirewall', { clusterName, party: 'public-api-balancer' });
  const podNetwork = { mode: PodNetworkMode.VXLAN, bgp: false, typhaReplicas: 3 };
  cloud.admit(stack, flows({ podNetwork, controlPlanes: 3, publicApi: open }), {
    node: [node],
    'control-plane': [controlPlane],
    'api-balancer': [api],
    'api-clients': ['10.0.0.0/8'],
    'public-api-balancer': publicApi ? [publicApi] : [],
    'public-api-clients': ['198.51.100.0/24'],
    world: egress,
  });
  const balancer = cloud.balancer(stack, 'Api', {
    clusterName,
    name: 'api',
    port: 6443,
    healthPath: '/readyz',
    open: false,
    firewall: api,
  });
  const balancers = [balancer];
  if (publicApi) {
    const wish = {
      clusterName,
      name: 'public-api',
      port: 6443,
      healthPath: '/readyz',
      open: true,
      firewall: publicApi,
    };
    balancers.push(cloud.balancer(stack, 'PublicApi', wish));
  }
  const host = cloud.nameOf(stack, 'ApiName', { clusterName, label: 'api', balancer });
  const worker = cloud.identity(stack, 'WorkerIdentity', { clusterName, name: 'worker' });
  worker.mayReadSecret(store, 'public/', 'verify the API server');
  worker.mayReadSecret(store, 'join/worker', 'join with a short-lived token');
  worker.mayReadObjects(bucket, 'bundle/', 'fetch node files');
  const keeper = cloud.identity(stack, 'ControlPlaneIdentity', { clusterName, name: 'control-plane' });
  for (const name of ['state', 'roots/']) {
    keeper.mayReadSecret(store, name, `share ${name}`);
    keeper.mayWriteSecret(store, name, `share ${name}`);
  }
  keeper.mayListSecrets(store, 'access/requests/', 'see requests');
  keeper.mayWriteSecret(store, 'access/certificates/', 'answer requests');
  keeper.mayDeleteSecret(store, 'access/requests/', 'forget requests');
  keeper.mayReadObjects(bucket, 'bundle/', 'fetch node files');
  keeper.mayWriteObjects(bucket, 'snapshots/', 'store etcd snapshots');
  keeper.mayDescribeMachines('tell dead hosts from slow ones');
  const machine = cloud.machine(stack, 'machine', '8c32g');
  const tags = { 'hacluster:cluster': uid };
  const template = cloud.machineTemplate(stack, 'ControlPlaneTemplate', {
    clusterName,
    name: 'control-plane',
    machine,
    image: cloud.image(stack, 'Image', machine.architecture),
    userData: `#cloud-config\n# ${host} ${store.path} ${bucket.name}\n`,
    firewalls: [node, controlPlane],
    identity: keeper,
    rootDisk: { gib: 50 },
    dataDisk: { gib: 80, iops: 3000, throughput: 125 },
    tags,
    after: [bundle],
  });
  for (const zone of cloud.network.zones) {
    cloud.machineGroup(stack, `ControlPlane-${zone}`, {
      clusterName,
      name: `control-plane-${zone}`,
      template,
      zones: [zone],
      min: 1,
      max: 1,
      balancers,
      waitForHealthy: 1,
      tags,
    });
  }
  const pool = cloud.machineTemplate(stack, 'PoolTemplate', {
    clusterName,
    name: 'workers',
    machine,
    image: cloud.image(stack, 'PoolImage', machine.architecture),
    userData: '#cloud-config\n',
    firewalls: [node],
    identity: worker,
    rootDisk: { gib: 100 },
    tags,
  });
  cloud.machineGroup(stack, 'Pool', {
    clusterName,
    name: 'workers',
    template: pool,
    zones: cloud.network.zones,
    min: 3,
    max: 30,
    initial: 4,
    spot: { percent: 40, flavors: ['m7a.2xlarge'] },
    autoscaler: {
      labels: { tier: 'web' },
      taints: [{ key: 'dedicated', value: 'web', effect: 'NoSchedule' }],
      diskGib: 100,
    },
    tags,
  });
  cloud.publish(stack, 'Current', { clusterName, uid, endpoint: `${host}:6443`, kubernetesVersion: '1.36.3' });
  return { store, bucket, worker, keeper, template, pool, balancer };
}

/** A synthesized stack as data. */
export function synthesized(stack: TerraformStack): any {
  return JSON.parse(Testing.synth(stack, true));
}

/** The hosts of a cluster, and their JSON on demand. */
export function hosted(props: Partial<AwsHostsProps> = {}, options: { open?: boolean; egress?: string[] } = {}) {
  const stack = new TerraformStack(new App(), 'shop-hosts');
  const cloud = new AwsHosts(stack, 'Cloud', { ...DEFAULTS, ...props });
  const parts = askFor(stack, cloud, options);
  return {
    stack,
    cloud,
    ...parts,
    get json() {
      return synthesized(stack);
    },
  };
}
