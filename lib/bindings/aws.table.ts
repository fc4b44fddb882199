// Generated from the provider's schema by scripts/bindings.mjs; do not edit.
export const awsProvider = {
  region: 'string',
} as const;
export const awsResources = {
  aws_autoscaling_group: { default_instance_warmup: 'number', desired_capacity: 'number', health_check_grace_period: 'number', health_check_type: 'string', launch_template: { one: { id: 'string', name: 'string', version: 'string' } }, max_size: 'number!', min_size: 'number!', mixed_instances_policy: { one: { instances_distribution: { one: { on_demand_allocation_strategy: 'string', on_demand_base_capacity: 'number', on_demand_percentage_above_base_capacity: 'number', spot_allocation_strategy: 'string', spot_instance_pools: 'number', spot_max_price: 'string' } }, launch_template: { one: { launch_template_specification: { one: { launch_template_id: 'string', launch_template_name: 'string', version: 'string' }, needed: true }, override: { many: { instance_type: 'string', launch_template_specification: { one: { launch_template_id: 'string', launch_template_name: 'string', version: 'string' } }, weighted_capacity: 'string' } } }, needed: true } } }, name: 'string', suspended_processes: 'strings', tag: { many: { key: 'string!', propagate_at_launch: 'bool!', value: 'string!' } }, target_group_arns: 'strings', termination_policies: 'strings', timeouts: { one: { delete: 'string', update: 'string' } }, vpc_zone_identifier: 'strings', wait_for_capacity_timeout: 'string', wait_for_elb_capacity: 'number' },
  aws_default_security_group: { tags: 'map', vpc_id: 'string' },
  aws_eip: { domain: 'string', tags: 'map' },
  aws_iam_instance_profile: { name: 'string', role: 'string', tags: 'map' },
  aws_iam_role: { assume_role_policy: 'string!', description: 'string', name: 'string', permissions_boundary: 'string', tags: 'map' },
  aws_iam_role_policy: { name: 'string', policy: 'string!', role: 'string!' },
  aws_internet_gateway: { tags: 'map', vpc_id: 'string' },
  aws_kms_alias: { name: 'string', target_key_id: 'string!' },
  aws_kms_key: { deletion_window_in_days: 'number', description: 'string', enable_key_rotation: 'bool', policy: 'string', tags: 'map' },
  aws_launch_template: { block_device_mappings: { many: { device_name: 'string', ebs: { one: { delete_on_termination: 'string', encrypted: 'string', iops: 'number', kms_key_id: 'string', snapshot_id: 'string', throughput: 'number', volume_initialization_rate: 'number', volume_size: 'number', volume_type: 'string' } }, no_device: 'string', virtual_name: 'string' } }, description: 'string', ebs_optimized: 'string', iam_instance_profile: { one: { arn: 'string', name: 'string' } }, image_id: 'string', instance_type: 'string', metadata_options: { one: { http_endpoint: 'string', http_protocol_ipv6: 'string', http_put_response_hop_limit: 'number', http_tokens: 'string', instance_metadata_tags: 'string' } }, name: 'string', tag_specifications: { many: { resource_type: 'string', tags: 'map' } }, tags: 'map', user_data: 'string', vpc_security_group_ids: 'strings' },
  aws_lb: { enable_cross_zone_load_balancing: 'bool', enable_deletion_protection: 'bool', internal: 'bool', load_balancer_type: 'string', name: 'string', security_groups: 'strings', subnets: 'strings', tags: 'map' },
  aws_lb_listener: { default_action: { many: { order: 'number', target_group_arn: 'string', type: 'string!' }, needed: true }, load_balancer_arn: 'string!', port: 'number', protocol: 'string', tags: 'map' },
  aws_lb_target_group: { connection_termination: 'bool', deregistration_delay: 'string', health_check: { one: { enabled: 'bool', healthy_threshold: 'number', interval: 'number', matcher: 'string', path: 'string', port: 'string', protocol: 'string', timeout: 'number', unhealthy_threshold: 'number' } }, name: 'string', port: 'number', preserve_client_ip: 'string', protocol: 'string', tags: 'map', target_type: 'string', vpc_id: 'string' },
  aws_nat_gateway: { allocation_id: 'string', subnet_id: 'string!', tags: 'map' },
  aws_route: { destination_cidr_block: 'string', gateway_id: 'string', nat_gateway_id: 'string', route_table_id: 'string!' },
  aws_route53_record: { alias: { one: { evaluate_target_health: 'bool!', name: 'string!', zone_id: 'string!' } }, name: 'string!', records: 'strings', ttl: 'number', type: 'string!', zone_id: 'string!' },
  aws_route53_zone: { comment: 'string', force_destroy: 'bool', name: 'string!', tags: 'map', vpc: { many: { vpc_id: 'string!', vpc_region: 'string' } } },
  aws_route_table: { tags: 'map', vpc_id: 'string!' },
  aws_route_table_association: { route_table_id: 'string!', subnet_id: 'string' },
  aws_s3_bucket: { bucket_prefix: 'string', force_destroy: 'bool', tags: 'map' },
  aws_s3_bucket_lifecycle_configuration: { bucket: 'string!', rule: { many: { abort_incomplete_multipart_upload: { many: { days_after_initiation: 'number' } }, expiration: { many: { date: 'string', days: 'number', expired_object_delete_marker: 'bool' } }, filter: { many: { and: { many: { object_size_greater_than: 'number', object_size_less_than: 'number', prefix: 'string', tags: 'map' } }, object_size_greater_than: 'number', object_size_less_than: 'number', prefix: 'string', tag: { many: { key: 'string!', value: 'string!' } } } }, id: 'string!', noncurrent_version_expiration: { many: { newer_noncurrent_versions: 'number', noncurrent_days: 'number!' } }, status: 'string!' } } },
  aws_s3_bucket_policy: { bucket: 'string!', policy: 'string!' },
  aws_s3_bucket_public_access_block: { block_public_acls: 'bool', block_public_policy: 'bool', bucket: 'string!', ignore_public_acls: 'bool', restrict_public_buckets: 'bool' },
  aws_s3_bucket_server_side_encryption_configuration: { bucket: 'string!', rule: { many: { apply_server_side_encryption_by_default: { one: { kms_master_key_id: 'string', sse_algorithm: 'string!' } }, bucket_key_enabled: 'bool' }, needed: true } },
  aws_s3_bucket_versioning: { bucket: 'string!', versioning_configuration: { one: { mfa_delete: 'string', status: 'string!' }, needed: true } },
  aws_s3_object: { bucket: 'string!', content: 'string', content_type: 'string', key: 'string!', kms_key_id: 'string', server_side_encryption: 'string' },
  aws_security_group: { description: 'string', name: 'string', tags: 'map', vpc_id: 'string' },
  aws_ssm_parameter: { description: 'string', key_id: 'string', name: 'string!', tags: 'map', type: 'string!', value: 'string', value_wo: 'string', value_wo_version: 'number' },
  aws_subnet: { availability_zone: 'string', cidr_block: 'string', map_public_ip_on_launch: 'bool', tags: 'map', vpc_id: 'string!' },
  aws_vpc: { cidr_block: 'string', enable_dns_hostnames: 'bool', enable_dns_support: 'bool', tags: 'map' },
  aws_vpc_endpoint: { private_dns_enabled: 'bool', route_table_ids: 'strings', security_group_ids: 'strings', service_name: 'string', subnet_ids: 'strings', tags: 'map', vpc_endpoint_type: 'string', vpc_id: 'string!' },
  aws_vpc_security_group_egress_rule: { cidr_ipv4: 'string', description: 'string', from_port: 'number', ip_protocol: 'string!', referenced_security_group_id: 'string', security_group_id: 'string!', tags: 'map', to_port: 'number' },
  aws_vpc_security_group_ingress_rule: { cidr_ipv4: 'string', description: 'string', from_port: 'number', ip_protocol: 'string!', referenced_security_group_id: 'string', security_group_id: 'string!', tags: 'map', to_port: 'number' },
} as const;
export const awsData = {
  aws_ami: { filter: { many: { name: 'string!', values: 'strings!' } }, most_recent: 'bool', owners: 'strings' },
  aws_caller_identity: {},
  aws_partition: {},
  aws_ssm_parameter: { name: 'string!', with_decryption: 'bool' },
} as const;
export const awsEphemeral = {
  aws_ssm_parameter: { arn: 'string!', with_decryption: 'bool' },
} as const;
