import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import { ValidationError } from '../core/errors';
import { checkFlows, flows, type Party } from '../core/ports';
import type { Identity } from '../hosts/identity';
import type { MachineGroup } from '../hosts/machines';
import type { Balancer, Firewall } from '../hosts/network';
import type { Bucket, SecretStore } from '../hosts/storage';
import { controlPlaneFiles } from './bootstrap/node-files';
import { renderUserData } from './bootstrap/user-data';
import type { ClusterPlan } from './cluster-plan';
import { rangesOf } from './node-checks';
import { bootstrapProps } from './node-config';
import { renderPeople } from './people';

const API_PORT = 6443;

/** What a cluster has before its first pool, and what pools need of it. */
export interface ControlPlane {
  /** The cluster's uid, known at apply. */
  readonly uid: string;
  /** `host:port` that nodes dial. */
  readonly endpoint: string;
  /** Further names of the API server, for its certificate. */
  readonly certSans: readonly string[];
  /** The firewall of every host. */
  readonly nodeFirewall: Firewall;
  /** The workers' identity. */
  readonly workerIdentity: Identity;
  /** Where roots of trust and tokens lie. */
  readonly store: SecretStore;
  /** Where snapshots and bundles lie. */
  readonly bucket: Bucket;
  /** The control-plane hosts' groups, by slot. */
  readonly groups: Readonly<Record<string, MachineGroup>>;
  /** The control plane's machine. */
  readonly machine: string;
}

/** Builds everything of a cluster but its pools. */
export function buildControlPlane(cluster: ClusterPlan, uid: string): ControlPlane {
  const { cloud, clusterName } = cluster;
  const store = cloud.secretStore(cluster, 'Secrets', { clusterName, uid });
  store.seed('State', 'state', '{"phase":"uninitialized"}');
  const { people = [] } = cluster.props;
  if (people.length > 0) store.keep('People', 'access/people', renderPeople(cluster, cloud, people));
  const bucket = cloud.bucket(cluster, 'Bucket', { clusterName, keepDays: keepDaysOf(cluster) });
  const firewalls = buildFirewalls(cluster);
  const { api, publicApi, endpoint } = buildBalancers(cluster, firewalls);
  const certSans = [api.host, ...(publicApi ? [publicApi.host] : [])];
  const own = {
    uid,
    endpoint,
    certSans,
    nodeFirewall: firewalls.node,
    workerIdentity: workerIdentity(cluster, store, bucket),
    store,
    bucket,
  };
  const hosts = buildHosts(cluster, own, firewalls['control-plane'], publicApi ? [api, publicApi] : [api]);
  cloud.publish(cluster, 'Current', { clusterName, uid, endpoint, kubernetesVersion: cluster.kubernetes.version });
  return { ...own, ...hosts };
}

function keepDaysOf(cluster: ClusterPlan): number {
  const { snapshotKeepDays = 30 } = cluster.props;
  if (Number.isInteger(snapshotKeepDays) && snapshotKeepDays >= 1) return snapshotKeepDays;
  throw new ValidationError(
    cluster,
    `snapshotKeepDays must be a whole number of days, at least 1, got ${snapshotKeepDays}; give one`,
  );
}

type Firewalls = Record<'node' | 'control-plane' | 'api-balancer', Firewall> & { 'public-api-balancer'?: Firewall };

function buildFirewalls(cluster: ClusterPlan): Firewalls {
  const { cloud, clusterName, props, podNetwork, quorum } = cluster;
  const firewall = (id: string, party: Party) => cloud.firewall(cluster, id, { clusterName, party });
  const ranges = (
    property: 'apiAllowedRanges' | 'publicApiAllowedRanges' | 'egressRanges',
    usual: readonly string[],
  ) => (props[property] === undefined ? usual : rangesOf(cluster, property, props[property]));
  const open = props.publicApiAllowedRanges !== undefined;
  const own: Firewalls = {
    node: firewall('NodeFirewall', 'node'),
    'control-plane': firewall('ControlPlaneFirewall', 'control-plane'),
    'api-balancer': firewall('ApiFirewall', 'api-balancer'),
    ...(open ? { 'public-api-balancer': firewall('PublicApiFirewall', 'public-api-balancer') } : {}),
  };
  const wanted = { podNetwork, controlPlanes: quorum.members, publicApi: open };
  const all = flows(wanted);
  checkFlows(cluster, all, wanted);
  cloud.admit(cluster, all, {
    node: [own.node],
    'control-plane': [own['control-plane']],
    'api-balancer': [own['api-balancer']],
    'public-api-balancer': own['public-api-balancer'] ? [own['public-api-balancer']] : [],
    'api-clients': (props.apiAllowedRanges ?? []).length > 0 ? ranges('apiAllowedRanges', []) : [],
    'public-api-clients': ranges('publicApiAllowedRanges', []),
    world: ranges('egressRanges', ['0.0.0.0/0']),
  });
  return own;
}

function buildBalancers(cluster: ClusterPlan, firewalls: Firewalls) {
  const { cloud, clusterName } = cluster;
  const balancer = (id: string, name: string, firewall: Firewall, open: boolean): Balancer =>
    cloud.balancer(cluster, id, { clusterName, name, port: API_PORT, healthPath: '/readyz', open, firewall });
  const api = balancer('Api', 'api', firewalls['api-balancer'], false);
  const outer = firewalls['public-api-balancer'];
  const publicApi = outer && balancer('PublicApi', 'public-api', outer, true);
  const host = cloud.nameOf(cluster, 'ApiName', { clusterName, label: 'api', balancer: api });
  return { api, publicApi, endpoint: `${host}:${API_PORT}` };
}

function workerIdentity(cluster: ClusterPlan, store: SecretStore, bucket: Bucket): Identity {
  const identity = cluster.cloud.identity(cluster, 'WorkerIdentity', {
    clusterName: cluster.clusterName,
    name: 'worker',
  });
  identity.mayReadSecret(store, 'public/ca.crt', 'verify the API server by the cluster authority');
  identity.mayReadSecret(store, 'join/worker', 'join with a short-lived token');
  identity.mayReadObjects(bucket, 'bundle/', 'fetch node files that do not fit user-data');
  return identity;
}

function controlPlaneIdentity(cluster: ClusterPlan, { uid, store, bucket }: Shared): Identity {
  const { cloud, clusterName } = cluster;
  const identity = cloud.identity(cluster, 'ControlPlaneIdentity', { clusterName, name: 'control-plane' });
  for (const [name, why] of [
    ['state', 'decide between init, join and restore'],
    ['init-lock/', 'only one host makes the cluster'],
    ['roots/', 'share the roots of trust among control planes'],
    ['public/ca.crt', 'publish the cluster authority'],
    ['join/worker', 'rotate the token that workers join with'],
    ['access/admin', 'renew the certificate that Terraform connects with'],
  ] as const) {
    identity.mayReadSecret(store, name, why);
    identity.mayWriteSecret(store, name, why);
  }
  identity.mayListSecrets(store, 'access/requests/', 'see what people ask for');
  identity.mayReadSecret(store, 'access/people', 'give certificates to people of the list only');
  identity.mayWriteSecret(store, 'access/certificates/', 'answer people');
  for (const name of ['access/requests/', 'access/certificates/']) {
    identity.mayDeleteSecret(store, name, 'forget what nobody waits for');
  }
  identity.mayReadObjects(bucket, 'bundle/', 'fetch node files that do not fit user-data');
  identity.mayReadObjects(bucket, 'snapshots/', 'restore etcd and tell of the last snapshot');
  identity.mayWriteObjects(bucket, `snapshots/${uid}/`, 'store etcd snapshots');
  identity.mayDescribeMachines('tell a dead control plane from one that is only away');
  return identity;
}

type Shared = Omit<ControlPlane, 'groups' | 'machine'>;

function buildHosts(cluster: ClusterPlan, own: Shared, firewall: Firewall, balancers: readonly Balancer[]) {
  const { cloud, clusterName, props, quorum, size } = cluster;
  const machine = cloud.machine(cluster, 'controlPlaneMachine', props.controlPlaneMachine ?? size.machine.name);
  const template = cloud.machineTemplate(cluster, 'ControlPlaneTemplate', {
    clusterName,
    name: 'control-plane',
    machine,
    image: cloud.image(cluster, 'ControlPlaneImage', machine.architecture),
    ...nodeUserData(cluster, cluster, 'ControlPlane', own, {
      files: controlPlaneFiles(bootstrapProps(cluster)),
      role: 'control-plane',
      snippets: props.nodeSnippets ?? [],
    }),
    firewalls: [own.nodeFirewall, firewall],
    identity: controlPlaneIdentity(cluster, own),
    rootDisk: { gib: 50 },
    dataDisk: size.etcdDisk,
    tags: machineTags(cluster, own.uid, 'control-plane'),
  });
  const groups: Record<string, MachineGroup> = {};
  for (const slot of quorum.slots) {
    groups[slot.name] = cloud.machineGroup(cluster, `ControlPlane-${slot.name}`, {
      clusterName,
      name: `control-plane-${slot.name}`,
      template,
      zones: [slot.zone],
      min: 1,
      max: 1,
      balancers,
      waitForHealthy: 1,
      tags: machineTags(cluster, own.uid, 'control-plane'),
    });
  }
  return { groups, machine: machine.flavor };
}

/** Tags that scripts on nodes look machines up by. */
export function machineTags(
  cluster: ClusterPlan,
  uid: string,
  role: 'control-plane' | 'worker',
): Record<string, string> {
  return { ...cluster.props.tags, 'hacluster:cluster': uid, 'hacluster:role': role };
}

/** User-data of one kind of node; what does not fit is put into the bucket under its hash. */
export function nodeUserData(
  cluster: ClusterPlan,
  scope: Construct,
  id: string,
  { uid, endpoint, certSans, store, bucket }: Pick<ControlPlane, 'uid' | 'endpoint' | 'certSans' | 'store' | 'bucket'>,
  node: {
    files: ReturnType<typeof controlPlaneFiles>;
    role: 'control-plane' | 'worker';
    pool?: string;
    snippets: readonly string[];
  },
): { readonly userData: string; readonly after: readonly ITerraformDependable[] } {
  const { cloud, clusterName } = cluster;
  const rendered = renderUserData(scope, {
    files: node.files,
    environment: {
      HAC_CLUSTER: clusterName,
      HAC_UID: uid,
      HAC_ROLE: node.role,
      HAC_POOL: node.pool ?? '',
      ...(node.role === 'control-plane' ? { HAC_CONTROL_PLANES: String(cluster.quorum.members) } : {}),
      HAC_ENDPOINT: endpoint,
      HAC_CERT_SANS: certSans.join(' '),
      HAC_SECRETS: store.path,
      ...store.nodeEnvironment,
      ...bucket.nodeEnvironment,
    },
    limit: cloud.facts.userDataLimit,
    driver: cloud.nodeDriver,
    snippets: [...node.snippets],
  });
  const { text: userData, bundle } = rendered;
  return { userData, after: bundle ? [bucket.put(`${id}Bundle`, bundle.key, bundle.text)] : [] };
}
