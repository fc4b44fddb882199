import type { ISelfManagedCluster } from '../core/cluster';

/** What of a Calico installation the user chooses. */
export interface CalicoWish {
  /** Registry and path in front of every image; empty for the public ones. */
  readonly imageRegistry: string;
  /** Secrets that images are pulled with. */
  readonly imagePullSecretNames: readonly string[];
  /** Fields of the default FelixConfiguration. */
  readonly felixConfiguration: Readonly<Record<string, unknown>>;
}

/** Values of the Tigera operator's chart for a cluster. */
export function calicoValues(cluster: ISelfManagedCluster, wish: CalicoWish): Record<string, unknown> {
  const registry = wish.imageRegistry.replace(/\/*$/, '');
  return {
    installation: {
      ...installation(cluster),
      ...(registry === '' ? {} : { registry: `${registry}/` }),
      imagePullSecrets: wish.imagePullSecretNames.map((name) => ({ name })),
    },
    apiServer: { enabled: true },
    // Flow collection and its page are services of their own: whoever wants them turns them on by `values`.
    goldmane: { enabled: false },
    whisker: { enabled: false },
    // On from the first day: the chart cannot take over an object that the operator has made meanwhile.
    defaultFelixConfiguration: { enabled: true, usageReportingEnabled: false, ...wish.felixConfiguration },
    // Helm installs CRDs once and never again; the operator brings them up to its own version.
    manageCRDs: true,
    ...(registry === '' ? {} : { tigeraOperator: { registry } }),
  };
}

function installation({ addresses, podNetwork, kubeProxyMode, quorum }: ISelfManagedCluster): Record<string, unknown> {
  const { bgp, mtu, blockSize, encapsulation } = podNetwork;
  return {
    cni: { type: 'Calico', ipam: { type: 'Calico' } },
    calicoNetwork: {
      bgp: bgp ? 'Enabled' : 'Disabled',
      // Felix must write its rules where kube-proxy writes its own; ipvs uses iptables for what it cannot do.
      linuxDataplane: kubeProxyMode === 'nftables' ? 'Nftables' : 'Iptables',
      mtu,
      nodeAddressAutodetectionV4: { kubernetes: 'NodeInternalIP' },
      ipPools: [
        {
          name: 'default-ipv4-ippool',
          cidr: addresses.podCidr,
          blockSize,
          encapsulation,
          natOutgoing: 'Enabled',
          nodeSelector: 'all()',
        },
      ],
    },
    controlPlaneReplicas: quorum.members > 1 ? 3 : 2,
    // Volumes of Calico's own that nothing here uses, each a privileged pod on every node.
    flexVolumePath: 'None',
    kubeletVolumePluginPath: 'None',
  };
}
