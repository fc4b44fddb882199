import type { NodeDriver } from '../host-cloud';

/** How scripts on a node reach AWS. */
export const awsNodeDriver: NodeDriver = {
  library: '',
  fetch: '',
  calls: ['ssm:GetParameter', 'ssm:PutParameter', 's3:GetObject', 's3:PutObject', 'ec2:DescribeInstances'],
  packages: [],
};
