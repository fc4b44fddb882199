import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The rights that whoever runs Terraform needs, by resource type.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  aws_ami: ['ec2:DescribeImages'],
  aws_autoscaling_group: [
    'autoscaling:CreateAutoScalingGroup', 'autoscaling:UpdateAutoScalingGroup', 'autoscaling:DeleteAutoScalingGroup', 'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeScalingActivities', 'autoscaling:DescribeTrafficSources', 'autoscaling:CreateOrUpdateTags', 'autoscaling:DeleteTags', 'autoscaling:SetInstanceProtection',
    'autoscaling:AttachLoadBalancerTargetGroups', 'autoscaling:DetachLoadBalancerTargetGroups', 'ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole', 'iam:CreateServiceLinkedRole',
    'elasticloadbalancing:DescribeTargetHealth',
  ],
  aws_caller_identity: ['sts:GetCallerIdentity'],
  aws_default_security_group: ['ec2:DescribeSecurityGroups', 'ec2:RevokeSecurityGroupIngress', 'ec2:RevokeSecurityGroupEgress', 'ec2:CreateTags'],
  aws_eip: ['ec2:AllocateAddress', 'ec2:ReleaseAddress', 'ec2:DescribeAddresses', 'ec2:DescribeAddressesAttribute', 'ec2:DisassociateAddress', 'ec2:CreateTags'],
  aws_iam_instance_profile: [
    'iam:CreateInstanceProfile', 'iam:DeleteInstanceProfile', 'iam:GetInstanceProfile', 'iam:AddRoleToInstanceProfile', 'iam:RemoveRoleFromInstanceProfile', 'iam:TagInstanceProfile', 'iam:PassRole',
  ],
  aws_iam_role: [
    'iam:CreateRole', 'iam:DeleteRole', 'iam:GetRole', 'iam:UpdateRole', 'iam:UpdateAssumeRolePolicy', 'iam:TagRole', 'iam:UntagRole', 'iam:ListRolePolicies', 'iam:ListAttachedRolePolicies',
    'iam:ListInstanceProfilesForRole', 'iam:PutRolePermissionsBoundary',
  ],
  aws_iam_role_policy: ['iam:PutRolePolicy', 'iam:GetRolePolicy', 'iam:DeleteRolePolicy'],
  aws_internet_gateway: ['ec2:CreateInternetGateway', 'ec2:AttachInternetGateway', 'ec2:DetachInternetGateway', 'ec2:DeleteInternetGateway', 'ec2:DescribeInternetGateways', 'ec2:CreateTags'],
  aws_kms_alias: ['kms:CreateAlias', 'kms:DeleteAlias', 'kms:UpdateAlias', 'kms:ListAliases'],
  aws_kms_key: [
    'kms:CreateKey', 'kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:PutKeyPolicy', 'kms:GetKeyRotationStatus', 'kms:EnableKeyRotation', 'kms:ListResourceTags', 'kms:TagResource', 'kms:ScheduleKeyDeletion',
    'kms:CreateGrant',
  ],
  aws_launch_template: [
    'ec2:CreateLaunchTemplate', 'ec2:CreateLaunchTemplateVersion', 'ec2:ModifyLaunchTemplate', 'ec2:DeleteLaunchTemplate', 'ec2:DescribeLaunchTemplates', 'ec2:DescribeLaunchTemplateVersions', 'ec2:CreateTags',
  ],
  aws_lb: [
    'elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:DeleteLoadBalancer', 'elasticloadbalancing:DescribeLoadBalancers', 'elasticloadbalancing:DescribeLoadBalancerAttributes',
    'elasticloadbalancing:ModifyLoadBalancerAttributes', 'elasticloadbalancing:SetSecurityGroups', 'elasticloadbalancing:SetSubnets', 'elasticloadbalancing:AddTags', 'elasticloadbalancing:DescribeTags',
    'elasticloadbalancing:DescribeCapacityReservation', 'iam:CreateServiceLinkedRole',
  ],
  aws_lb_listener: [
    'elasticloadbalancing:CreateListener', 'elasticloadbalancing:DeleteListener', 'elasticloadbalancing:DescribeListeners', 'elasticloadbalancing:DescribeListenerAttributes', 'elasticloadbalancing:ModifyListener',
    'elasticloadbalancing:AddTags', 'elasticloadbalancing:DescribeTags',
  ],
  aws_lb_target_group: [
    'elasticloadbalancing:CreateTargetGroup', 'elasticloadbalancing:DeleteTargetGroup', 'elasticloadbalancing:DescribeTargetGroups', 'elasticloadbalancing:DescribeTargetGroupAttributes',
    'elasticloadbalancing:ModifyTargetGroup', 'elasticloadbalancing:ModifyTargetGroupAttributes', 'elasticloadbalancing:AddTags', 'elasticloadbalancing:DescribeTags',
  ],
  aws_nat_gateway: ['ec2:CreateNatGateway', 'ec2:DeleteNatGateway', 'ec2:DescribeNatGateways', 'ec2:CreateTags'],
  aws_partition: [],
  aws_route: ['ec2:CreateRoute', 'ec2:ReplaceRoute', 'ec2:DeleteRoute', 'ec2:DescribeRouteTables'],
  aws_route53_record: ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets', 'route53:GetChange', 'route53:GetHostedZone'],
  aws_route53_zone: [
    'route53:CreateHostedZone', 'route53:DeleteHostedZone', 'route53:GetHostedZone', 'route53:ListTagsForResource', 'route53:ChangeTagsForResource', 'route53:ListResourceRecordSets', 'route53:GetChange',
    'ec2:DescribeVpcs',
  ],
  aws_route_table: ['ec2:CreateRouteTable', 'ec2:DeleteRouteTable', 'ec2:DescribeRouteTables', 'ec2:CreateTags'],
  aws_route_table_association: ['ec2:AssociateRouteTable', 'ec2:DisassociateRouteTable', 'ec2:DescribeRouteTables'],
  aws_s3_bucket: ['s3:CreateBucket', 's3:DeleteBucket', 's3:ListBucket', 's3:GetBucket*', 's3:GetAccelerateConfiguration', 's3:GetEncryptionConfiguration', 's3:GetLifecycleConfiguration', 's3:GetReplicationConfiguration', 's3:PutBucketTagging'],
  aws_s3_bucket_lifecycle_configuration: ['s3:PutLifecycleConfiguration', 's3:GetLifecycleConfiguration'],
  aws_s3_bucket_policy: ['s3:PutBucketPolicy', 's3:GetBucketPolicy', 's3:DeleteBucketPolicy'],
  aws_s3_bucket_public_access_block: ['s3:PutBucketPublicAccessBlock', 's3:GetBucketPublicAccessBlock'],
  aws_s3_bucket_server_side_encryption_configuration: ['s3:PutEncryptionConfiguration', 's3:GetEncryptionConfiguration'],
  aws_s3_bucket_versioning: ['s3:PutBucketVersioning', 's3:GetBucketVersioning'],
  aws_s3_object: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:GetObjectTagging', 's3:PutObjectTagging', 'kms:GenerateDataKey', 'kms:Decrypt'],
  aws_security_group: ['ec2:CreateSecurityGroup', 'ec2:DeleteSecurityGroup', 'ec2:DescribeSecurityGroups', 'ec2:DescribeNetworkInterfaces', 'ec2:RevokeSecurityGroupEgress', 'ec2:CreateTags'],
  aws_ssm_parameter: [
    'ssm:PutParameter', 'ssm:GetParameter', 'ssm:GetParameters', 'ssm:DeleteParameter', 'ssm:DescribeParameters', 'ssm:AddTagsToResource', 'ssm:ListTagsForResource', 'kms:Decrypt',
  ],
  aws_subnet: ['ec2:CreateSubnet', 'ec2:DeleteSubnet', 'ec2:DescribeSubnets', 'ec2:ModifySubnetAttribute', 'ec2:CreateTags'],
  aws_vpc: [
    'ec2:CreateVpc', 'ec2:DeleteVpc', 'ec2:DescribeVpcs', 'ec2:DescribeVpcAttribute', 'ec2:ModifyVpcAttribute', 'ec2:DescribeNetworkAcls', 'ec2:DescribeRouteTables', 'ec2:DescribeSecurityGroups', 'ec2:CreateTags',
  ],
  aws_vpc_endpoint: ['ec2:CreateVpcEndpoint', 'ec2:DeleteVpcEndpoints', 'ec2:DescribeVpcEndpoints', 'ec2:ModifyVpcEndpoint', 'ec2:DescribePrefixLists', 'ec2:CreateTags'],
  aws_vpc_security_group_egress_rule: ['ec2:AuthorizeSecurityGroupEgress', 'ec2:RevokeSecurityGroupEgress', 'ec2:ModifySecurityGroupRules', 'ec2:DescribeSecurityGroupRules', 'ec2:CreateTags'],
  aws_vpc_security_group_ingress_rule: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress', 'ec2:ModifySecurityGroupRules', 'ec2:DescribeSecurityGroupRules', 'ec2:CreateTags'],
  terraform_data: [],
  helm_release: [],
};

/** The rights for a synthesized stack, by resource type. Throws for a type that the table does not have. */
export function rightsOf(json: Record<string, Record<string, object> | undefined>): Map<string, readonly string[]> {
  const types = ['resource', 'data', 'ephemeral'].flatMap((section) => Object.keys(json[section] ?? {}));
  return new Map(
    [...new Set(types)].sort().map((type) => {
      const rights = RIGHTS[type];
      if (!rights) throw new Error(`scripts/deployer-rights.ts: no rights for ${type}; look them up and add them`);
      return [type, rights];
    }),
  );
}

/** The page docs/deployer-rights.md for stacks by name. */
export function page(stacks: Readonly<Record<string, Record<string, Record<string, object>>>>): string {
  const lines = ['# Rights of the deployer', '', 'Generated by `npx tsx scripts/deployer-rights.ts` from the synthesized `examples/production`; a test holds the page to it.', ''];
  lines.push('Whoever runs `terraform apply` needs these AWS actions; narrow `Resource` by names and tags as your company does. The emulator that the tests run');
  lines.push('against does not check the deployer, so the list comes from the service authorization reference, not from a refusal that was seen.', '');
  for (const [name, json] of Object.entries(stacks)) {
    const rights = rightsOf(json);
    const actions = [...new Set([...rights.values()].flat())].sort();
    lines.push(`## ${name}`, '', '| resource | actions |', '| --- | --- |');
    for (const [type, list] of rights) lines.push(`| \`${type}\` | ${list.length === 0 ? '-' : list.map((one) => `\`${one}\``).join(' ')} |`);
    lines.push('', `${actions.length} actions as one policy:`, '', '```json');
    lines.push(JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] }, null, 1), '```', '');
  }
  return lines.join('\n');
}

if (require.main === module) {
  const out = process.argv[2] ?? 'cdktf.out';
  const names = ['shop-hosts', 'shop-platform'].filter((name) => existsSync(join(out, 'stacks', name, 'cdk.tf.json')));
  const read = (name: string) => JSON.parse(readFileSync(join(out, 'stacks', name, 'cdk.tf.json'), 'utf8')) as Record<string, Record<string, object>>;
  writeFileSync(join(__dirname, '..', 'docs', 'deployer-rights.md'), page(Object.fromEntries(names.map((name) => [name, read(name)]))));
}
