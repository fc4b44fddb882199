import type { BootstrapPool, BootstrapProps } from './bootstrap-props';
import { kubeletConfiguration, kubeProxyConfiguration } from './kubelet';
import {
  API_VOLUMES,
  apiServerArguments,
  controllerManagerArguments,
  etcdArguments,
  schedulerArguments,
} from './control-plane-arguments';
import { socketOf } from './runtime';
import { toYaml } from './yaml';

type Json = Record<string, unknown>;

// A token that was taken away, as when the cluster is made again, is never let in: better a new attempt, with what is stored then.
const JOIN_TIMEOUT = '5m0s';
const CONTROL_PLANE_TAINT = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };

/** ClusterConfiguration with the kubelets' and kube-proxy's; the machine's own values are placeholders. */
export function clusterYaml(props: BootstrapProps): string {
  return [clusterConfiguration(props), kubeletConfiguration(props), kubeProxyConfiguration(props)]
    .map(toYaml)
    .join('---\n');
}

/** InitConfiguration. */
export function initYaml(props: BootstrapProps): string {
  const kind = { ...head(props, 'InitConfiguration'), localAPIEndpoint: localEndpoint() };
  const node = { nodeRegistration: registration(props, {}, [CONTROL_PLANE_TAINT]), ...patches() };
  if (isV3(props)) return toYaml({ ...kind, ...node });
  const timeouts = { controlPlaneComponentHealthCheck: '6m0s', kubeletHealthCheck: '4m0s', etcdAPICall: '3m0s' };
  return toYaml({ ...kind, skipPhases: ['show-join-command'], ...node, timeouts });
}

/** JoinConfiguration of a control plane, or of a pool's workers. */
export function joinYaml(props: BootstrapProps, pool?: BootstrapPool): string {
  const file = { kubeConfigPath: '/run/hacluster/discovery.conf' };
  const discovery = isV3(props) ? { file, timeout: JOIN_TIMEOUT } : { file };
  const labels = pool ? pool.labels : {};
  const taints = pool ? pool.taints : [CONTROL_PLANE_TAINT];
  return toYaml({
    ...head(props, 'JoinConfiguration'),
    discovery,
    ...(pool ? {} : { controlPlane: { localAPIEndpoint: localEndpoint() } }),
    nodeRegistration: registration(props, labels, taints),
    ...patches(),
    ...(isV3(props)
      ? {}
      : {
          timeouts: {
            discovery: JOIN_TIMEOUT,
            tlsBootstrap: JOIN_TIMEOUT,
            ...(pool ? {} : { etcdAPICall: '5m0s', controlPlaneComponentHealthCheck: '6m0s' }),
          },
        }),
  });
}

function clusterConfiguration(props: BootstrapProps): Json {
  const { release, podCidr, serviceCidr, serviceDomain } = props;
  const v3 = isV3(props);
  return {
    ...head(props, 'ClusterConfiguration'),
    clusterName: props.clusterName,
    kubernetesVersion: `v${release.version}`,
    controlPlaneEndpoint: '@ENDPOINT@',
    certificatesDir: '/etc/kubernetes/pki',
    imageRepository: 'registry.k8s.io',
    ...(v3 ? {} : { encryptionAlgorithm: 'ECDSA-P256', certificateValidityPeriod: '8760h0m0s' }),
    featureGates: release.kubeadmFeatureGates,
    networking: { podSubnet: podCidr, serviceSubnet: serviceCidr, dnsDomain: serviceDomain },
    etcd: { local: { dataDir: '/var/lib/etcd/data', extraArgs: args(props, etcdArguments(props)) } },
    apiServer: {
      ...(v3 ? { timeoutForControlPlane: '6m0s' } : {}),
      certSANs: '@CERT_SANS@',
      extraArgs: args(props, apiServerArguments(props)),
      extraVolumes: API_VOLUMES,
    },
    controllerManager: { extraArgs: args(props, controllerManagerArguments(props)) },
    scheduler: { extraArgs: args(props, schedulerArguments(props)) },
  };
}

function registration(
  props: BootstrapProps,
  labels: Readonly<Record<string, string>>,
  taints: readonly object[],
): Json {
  const nodeLabels = {
    'topology.kubernetes.io/region': '@NODE_REGION@',
    'topology.kubernetes.io/zone': '@NODE_ZONE@',
    'node.kubernetes.io/instance-type': '@NODE_TYPE@',
    ...labels,
  };
  const extra = {
    'node-ip': '@NODE_ADDRESS@',
    'node-labels': Object.entries(nodeLabels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    'provider-id': '@PROVIDER_ID@',
  };
  return {
    name: '@NODE_NAME@',
    criSocket: socketOf(props),
    imagePullPolicy: 'IfNotPresent',
    ...(isV3(props) ? {} : { imagePullSerial: false }),
    taints: [...taints],
    kubeletExtraArgs: args(props, extra),
  };
}

/** Flags in the form of the API version: a map, or a list that may name one twice. */
function args(props: BootstrapProps, flags: Readonly<Record<string, string>>): unknown {
  if (isV3(props)) return flags;
  return Object.entries(flags).map(([name, value]) => ({ name, value }));
}

function head({ release }: BootstrapProps, kind: string): Json {
  return { apiVersion: `kubeadm.k8s.io/${release.kubeadmApi}`, kind };
}

const isV3 = ({ release }: BootstrapProps) => release.kubeadmApi === 'v1beta3';
const localEndpoint = () => ({ advertiseAddress: '@NODE_ADDRESS@', bindPort: 6443 });
const patches = () => ({ patches: { directory: '/etc/hacluster/kubeadm/patches' } });
