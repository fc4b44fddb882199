import { ValidationError, type Located } from '../core/errors';
import { checkWhole } from '../core/numbers';
import type { BootstrapProps } from './bootstrap/bootstrap-props';
import type { ClusterPlan } from './cluster-plan';
import { checkNodeOptions } from './node-checks';
import type { NodeOptions } from './node-options';

/**
 * What the files of a cluster's nodes are made from.
 *
 * @throws ValidationError for options that cannot go with the image or the clock
 */
export function bootstrapProps(cluster: ClusterPlan): BootstrapProps {
  const { props, cloud, clusterName, kubernetes, addresses, quorum, maxPods, size } = cluster;
  const { etcdSnapshotMinutes = 30, serviceDomain = 'cluster.local', kernelModules, packages } = props;
  const image = cloud.imageIsBaked ? 'baked' : 'stock';
  checkImage(cluster, image, props);
  checkNodeOptions(cluster, props);
  checkWhole(cluster, 'etcdSnapshotMinutes', etcdSnapshotMinutes, 5, 1440);
  return {
    ...nodeOptionsOf(props),
    clusterName,
    release: kubernetes,
    podCidr: addresses.podCidr,
    serviceCidr: addresses.serviceCidr,
    dnsAddress: addresses.dnsAddress,
    serviceDomain,
    controlPlanes: quorum.members,
    kubeProxyMode: cluster.kubeProxyMode,
    maxPods,
    etcd: {
      quotaBytes: size.etcdQuotaBytes,
      dataDevices: cloud.dataDiskDevices,
      snapshotMinutes: etcdSnapshotMinutes,
    },
    apiServer: { ...size.apiServer, ...size.controllers },
    driver: cloud.nodeDriver,
    image,
    packages,
    modules: kernelModules,
    proxy: cloud.proxy,
  };
}

/** The options that go to the nodes as they are. */
function nodeOptionsOf(props: NodeOptions) {
  const { runtime, apiServerArguments, kubeletConfiguration, kubeProxyConfiguration, registryMirrors, sysctls } = props;
  const { ntpServers, nodeAttestation, auditPolicy, podSecurity, ignorePreflightErrors } = props;
  return {
    runtime,
    apiServerArguments,
    kubeletConfiguration,
    kubeProxyConfiguration,
    registryMirrors,
    sysctls,
    ntpServers,
    nodeAttestation,
    auditPolicy,
    podSecurity,
    ignorePreflightErrors,
  };
}

function checkImage(at: Located, image: 'stock' | 'baked', { packages, runtime }: NodeOptions): void {
  if (image === 'stock' && runtime === 'cri-o') {
    throw new ValidationError(
      at,
      'runtime must be containerd with a stock image, got cri-o; bake an image that holds CRI-O (docs/baked-image.md)',
    );
  }
  if (image === 'stock' && !packages) {
    throw new ValidationError(
      at,
      'packages must be given with a stock image, got none; give the keys that sign the packages, or bake an image (docs/baked-image.md)',
    );
  }
  if (image === 'baked' && packages) {
    throw new ValidationError(
      at,
      'packages must not be given with a baked image, which holds every program, got some; remove packages',
    );
  }
}
