import { Fn, Op, TerraformLocal, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { aws } from '../../bindings/aws';
import type { ClusterScoped } from '../host-cloud';
import type { Disk, MachineTemplate, MachineTemplateWish } from '../machines';
import { AwsFirewall } from './firewall';
import { AwsIdentity } from './identity';
import { own } from './names';
import { tagsOf, type Sited } from './site';

/** What a template is made from. */
export interface TemplateWish extends ClusterScoped, MachineTemplateWish {
  /** The device that becomes the root disk. */
  readonly rootDevice: string;
  /** Further security groups of each machine. */
  readonly securityGroupIds: readonly string[];
}

/** Bytes of user-data that EC2 takes. */
export const USER_DATA_LIMIT = 16384;

/** The device name of the data disk; on a machine it is an NVMe disk of another name. */
const DATA_DEVICE = '/dev/sdf';

/** A launch template; groups take its newest version, and what runs stays as it is. */
export class AwsTemplate extends Construct implements MachineTemplate {
  public readonly wish: TemplateWish;
  public readonly templateId: string;
  /** What must stand before machines start from it. */
  public readonly needs: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, { site, wish }: Sited<TemplateWish>) {
    super(scope, id);
    this.wish = wish;
    const { clusterName, name, machine, image, userData, rootDisk, rootDevice, dataDisk, after = [] } = wish;
    const identity = own(this, AwsIdentity, wish.identity);
    const firewalls = wish.firewalls.map((firewall) => own(this, AwsFirewall, firewall));
    const fullName = `${clusterName}-${name}`;
    const key = site.keyArn(clusterName);
    const tags = tagsOf(site, fullName, {
      ...wish.tags,
      // The cloud controller knows a node of its cluster by it.
      [`kubernetes.io/cluster/${clusterName}`]: 'owned',
    });
    const text = Fn.base64gzip(new TerraformLocal(this, 'UserData', userData).asString);
    const args = {
      name: fullName,
      image_id: image,
      instance_type: machine.flavor,
      user_data: text,
      vpc_security_group_ids: [...firewalls.map((firewall) => firewall.id), ...wish.securityGroupIds],
      iam_instance_profile: { arn: identity.profileArn },
      ebs_optimized: 'true',
      metadata_options: {
        http_endpoint: 'enabled',
        http_tokens: 'required',
        // A pod is one hop further away than its host: it cannot ask for the host's credentials.
        http_put_response_hop_limit: 1,
        instance_metadata_tags: 'disabled',
      },
      block_device_mappings: [
        { device_name: rootDevice, ebs: volume(rootDisk, key) },
        // It goes with its machine: a dead etcd member is replaced by a new one that copies from the others, and
        // when all are lost, the snapshots in the bucket are what is restored. A kept volume would be neither.
        ...(dataDisk ? [{ device_name: DATA_DEVICE, ebs: volume(dataDisk, key) }] : []),
      ],
      tag_specifications: ['instance', 'volume', 'network-interface'].map((resource_type) => ({ resource_type, tags })),
      tags: tagsOf(site, fullName),
    };
    const template = new aws.LaunchTemplate(this, 'Resource', args, {
      // Synth estimates; what is known here only is compressed here, and EC2 would refuse it in words of its own.
      lifecycle: { precondition: [fits(text)] },
    });
    this.templateId = template.id;
    this.needs = [...after, ...identity.ready, ...firewalls.flatMap(({ outbound }) => outbound)];
  }
}

function fits(base64: string) {
  return {
    condition: Op.lte(Fn.lengthOf(base64), 4 * Math.ceil(USER_DATA_LIMIT / 3)),
    errorMessage: `User-data must be at most ${USER_DATA_LIMIT} bytes when compressed; put large files into the image, or let a snippet of nodeSnippets fetch them.`,
  };
}

function volume({ gib, iops, throughput }: Disk, key: string) {
  return {
    volume_type: 'gp3',
    volume_size: gib,
    iops,
    throughput,
    encrypted: 'true',
    kms_key_id: key,
    delete_on_termination: 'true',
  };
}
