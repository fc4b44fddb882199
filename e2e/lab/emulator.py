#!/usr/bin/env python3
"""moto 5.2.1 as a cloud that machines can live in: emulator.py -H ADDRESS -p PORT

Whoever signs with the access key `test` is the operator (Terraform, the lab itself) and may do everything. Every other
request needs a valid signature and a role whose policies, with their conditions, allow it.

Each repair says what moto does without it. Two files tie it to the lab, if the environment names them:
  LAB_CHANGES        touched after every call that changed machines, groups, balancers or names
  LAB_TARGET_HEALTH  {target group's ARN: {instance id: healthy or unhealthy}}, as the balancers see it
"""
import collections
import contextvars
import json
import os
import re
import sys
import threading

os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import InvalidClientTokenIdError, JsonRESTError, _RESTError
from moto.core.types import Base64EncodedString
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.models.amis import Ami
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.vpcs import VPCBackend
from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup
from moto.iam.access_control import IAMPolicy, IAMPolicyStatement, PermissionResult, create_access_key
from moto.kms.models import kms_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.route53.responses import Route53
from moto.s3.models import s3_backends
from moto.s3.exceptions import S3AccessDeniedError
from moto.server import main
from moto.ssm.models import Parameter, ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

# --- Each request ------------------------------------------------------------------------------------------------------

OPERATOR = "Credential=test/"
context = contextvars.ContextVar("context")  # what conditions of policies are held against, keys in lower case
changed = contextvars.ContextVar("changed")
one_at_a_time = threading.RLock()
dispatch = DomainDispatcherApplication.__call__


answered = collections.OrderedDict()  # by the SDK's id of a call: status, headers and body, of the last thousand


def call(self, environ, start_response):
    """Moto answers in many threads, and its create-only writes look first and write then: two first control planes. One at a time.

    An answer that was lost on a busy machine is asked for again by the SDK, under the same id: it gets the same answer, where a
    second call would find that what it is to make is there already."""
    own = environ.get("HTTP_AMZ_SDK_INVOCATION_ID") and (environ["HTTP_AMZ_SDK_INVOCATION_ID"], environ.get("HTTP_AUTHORIZATION", "").split(",")[0])
    with one_at_a_time:
        if own not in answered:
            given = []
            body = b"".join(once(self, environ, lambda status, headers, *_: given.extend((status, headers))))
            if own is None or given[0] >= "5":
                start_response(*given)
                return [body]
            answered[own] = (*given, body)
            while len(answered) > 1000:
                answered.popitem(last=False)
        status, headers, body = answered[own]
        start_response(status, headers)
        return [body]


def once(self, environ, start_response):
    operator = OPERATOR in environ.get("HTTP_AUTHORIZATION", "")
    secure = operator or environ.get("HTTP_X_FORWARDED_PROTO") == "https"
    context.set({"aws:securetransport": str(secure).lower()})
    changed.set(False)
    answer = dispatch(self, environ, start_response)
    if changed.get() and os.environ.get("LAB_CHANGES"):
        with open(os.environ["LAB_CHANGES"], "a"):
            os.utime(os.environ["LAB_CHANGES"])
    return answer


DomainDispatcherApplication.__call__ = call

# --- Who may do what ---------------------------------------------------------------------------------------------------

authorize = ActionAuthenticatorMixin._authenticate_and_authorize_action


def operator_or_policy(self, iam_request_cls, resource="*"):
    """Moto answers a request without a signature with HTTP 500, and refuses in XML what was asked in JSON, so that a caller
    cannot tell a parameter that is not there from one that is not for it."""
    signature = self.headers.get("Authorization", "")
    note_change(signature, self._get_action())
    if OPERATOR in signature:
        return
    try:
        if not signature:
            raise InvalidClientTokenIdError()
        for each in all_parameters(self) or [resource]:
            authorize(self, iam_request_cls, each)
        check_keys(self, resource)
    except _RESTError as refusal:
        if not self.headers.get("X-Amz-Target"):
            raise
        kind = {"AccessDenied": "AccessDeniedException", "InvalidClientTokenId": "UnrecognizedClientException"}
        raise JsonRESTError(kind.get(refusal.error_type, refusal.error_type), f"{refusal.message} on resource: {resource}") from None


def note_change(signature, action):
    service = signature.partition("Credential=")[2].split("/")[3:4]
    name = action[0] if isinstance(action, list) else action or ""
    if service and service[0] in ("ec2", "autoscaling", "elasticloadbalancing", "route53") and not re.match("Describe|Get|List", name):
        changed.set(True)


def check_keys(self, resource):
    """Moto never asks whether the caller may use the key that a secret or an object is encrypted with."""
    action, account, region = self._get_action(), self.current_account, self.region
    service = resource.split(":")[2] if resource != "*" else ""
    if service == "ssm" and action in ("GetParameter", "PutParameter"):
        name, key, use = self._get_param("Name"), None, "kms:Encrypt"
        if action == "PutParameter" and self._get_param("Type") == "SecureString":
            key = self._get_param("KeyId")
        elif action == "GetParameter" and self._get_param("WithDecryption"):
            found = ssm_backends[account][region].get_parameter(name)
            key, use = found and found.parameter_type == "SecureString" and found.keyid, "kms:Decrypt"
        may_use_key(self, key, use, "ssm", {"parameter_arn": resource})
    elif service == "s3" and action in ("GetObject", "PutObject"):
        bucket = s3_backends[account][self.partition].buckets.get(resource.split(":::")[1].split("/")[0])
        rule = bucket.encryption["Rule"] if bucket and bucket.encryption else {}
        key = rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
        by_bucket = str(rule.get("BucketKeyEnabled")).lower() == "true"
        named = resource.split("/")[0] if by_bucket else resource
        may_use_key(self, key, "kms:Decrypt" if action == "GetObject" else "kms:GenerateDataKey", "s3", {"aws:s3:arn": named})


def may_use_key(self, key_id, action, service, encryption_context):
    if not key_id or key_id.startswith("alias/aws/"):  # everyone in the account may use the account's own keys, through the service
        return
    keys = kms_backends[self.current_account][self.region]
    arn = keys.keys[keys.any_id_to_key_id(key_id)].arn
    asked = {f"kms:encryptioncontext:{name}": value for name, value in encryption_context.items()}
    before = context.get()
    context.set({**before, "kms:viaservice": f"{service}.{self.region}.amazonaws.com", **asked})
    try:
        signature = self.headers["Authorization"].partition("Credential=")[2]
        caller = create_access_key(self.current_account, self.partition, signature.split("/")[0], self.headers)
        results = [IAMPolicy(policy).is_action_permitted(action, arn) for policy in caller.collect_policies()]
    finally:
        context.set(before)
    if PermissionResult.DENIED in results or PermissionResult.PERMITTED not in results:
        if service == "s3":
            raise S3AccessDeniedError()
        raise JsonRESTError("AccessDeniedException", f"User: {caller.arn} is not authorized to perform: {action} on resource: {arn}")


def all_parameters(self):
    """What names several parameters needs a right to each; moto asks for `*`."""
    if not self.headers.get("X-Amz-Target", "").startswith("AmazonSSM."):
        return []
    return [f"arn:{self.partition}:ssm:{self.region}:{self.current_account}:parameter/{name.lstrip('/')}" for name in self._get_param("Names") or []]


def parameter_arn(self):
    """Moto asks for every action but S3's whether it is allowed on `*`: a policy that names a parameter permits nothing."""
    name = self._get_param("Name") or self._get_param("Path")
    return f"arn:{self.partition}:ssm:{self.region}:{self.current_account}:parameter/{name.lstrip('/')}" if name else "*"


ActionAuthenticatorMixin._authenticate_and_authorize_action = operator_or_policy
SimpleSystemManagerResponse._determine_resource = parameter_arn

put_parameter = SimpleSystemManagerResponse.put_parameter
describe_parameter = Parameter.describe_response_object


def put_by_caller(self):
    answer = put_parameter(self)
    signature = self.headers.get("Authorization", "").partition("Credential=")[2]
    operator = f"arn:{self.partition}:iam::{self.current_account}:user/test"
    stored = self.ssm_backend._parameters[self._get_param("Name")][-1]
    stored.by = operator if signature.startswith("test/") else create_access_key(self.current_account, self.partition, signature.split("/")[0], self.headers).arn
    return answer


def described_with_writer(self, *args, **more):
    """Moto says of every version of every parameter that nobody wrote it."""
    return {**describe_parameter(self, *args, **more), "LastModifiedUser": getattr(self, "by", "N/A")}


SimpleSystemManagerResponse.put_parameter = put_by_caller
Parameter.describe_response_object = described_with_writer

evaluate = IAMPolicyStatement.is_action_permitted
COMPARE = {
    "StringEquals": lambda wanted, actual: wanted == actual,
    "StringLike": lambda wanted, actual: matches(wanted, actual),
    "ArnEquals": lambda wanted, actual: matches(wanted, actual),
    "ArnLike": lambda wanted, actual: matches(wanted, actual),
    "Bool": lambda wanted, actual: wanted.lower() == actual,
}


def matches(pattern, text):
    """Moto takes a dot of a pattern for any letter and knows no question mark."""
    return re.fullmatch("".join({"*": ".*", "?": "."}.get(letter) or re.escape(letter) for letter in pattern), text)


def holds(conditions):
    for operator, tests in conditions.items():
        base = operator.removesuffix("IfExists")
        negated = base.replace("Not", "", 1) if base not in COMPARE else None
        if (negated or base) not in COMPARE:
            raise NotImplementedError(f"condition operator {operator}")
        for key, wanted in tests.items():
            actual = context.get().get(key.lower())
            if actual is None:
                if operator == base and not negated:
                    return False
                continue
            found = any(COMPARE[negated or base](str(value), actual) for value in (wanted if isinstance(wanted, list) else [wanted]))
            if found == bool(negated):
                return False
    return True


def is_action_permitted(self, action, resource="*", principal=None, incoming_condition_values=None):
    """Moto denies where a condition does not hold, so that a bucket which refuses plain HTTP refuses everything."""
    if principal is None:
        if not holds(self._statement.get("Condition", {})):
            return PermissionResult.NEUTRAL
        self._statement = {name: value for name, value in self._statement.items() if name != "Condition"}
    return evaluate(self, action, resource, principal, incoming_condition_values)


IAMPolicyStatement.is_action_permitted = is_action_permitted
IAMPolicyStatement._match = staticmethod(matches)

# --- Machines ----------------------------------------------------------------------------------------------------------


def launch(self, count_needed, propagated_tags):
    """Moto starts all instances of a group in its first subnet, with the disks of the template's default version and a name
    as in us-east-1, and forgets to register with the target groups what replaces an instance that ec2:TerminateInstances
    ended."""
    propagated_tags["aws:autoscaling:groupName"] = self.name
    propagated_tags.update(self.instance_tags)
    template = self.ec2_launch_template
    version = template.get_version(self.launch_template_version)
    subnets = self.vpc_zone_identifier.split(",")
    for _ in range(count_needed):
        taken = [state.instance.subnet_id for state in self.active_instances()]
        started = self.ec2_backend.run_instances(
            version.image_id,
            1,
            version.user_data,
            self.security_groups,
            instance_type=version.instance_type,
            tags={"instance": dict(propagated_tags)},
            launch_template={"LaunchTemplateId": template.id, "Version": version.number},
            is_instance_type_default=False,
            associate_public_ip=None,
            subnet_id=min(subnets, key=taken.count),
            region_name=self.region,
        ).instances[0]
        started.autoscaling_group = self
        self.instance_states.append(InstanceState(started, protected_from_scale_in=self.new_instances_protected_from_scale_in))
    if self.name in self.autoscaling_backend.autoscaling_groups:  # not yet, while the group is being created
        self.autoscaling_backend.update_attached_target_groups(self.name)


launch_any = FakeAutoScalingGroup.replace_autoscaling_group_instances
InstanceState = sys.modules[FakeAutoScalingGroup.__module__].InstanceState
FakeAutoScalingGroup.replace_autoscaling_group_instances = lambda self, count, tags: (
    launch if self.ec2_launch_template and self.vpc_zone_identifier else launch_any
)(self, count, tags)


def template_it_was_started_from(self):
    """Moto says of every instance of a group that it was started from the template's default version."""
    template = self.auto_scaling_group.ec2_launch_template
    if template is None:
        return None
    number = next((tag["value"] for tag in self.instance.get_tags() if tag["key"] == "aws:ec2launchtemplate:version"), None)
    return {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Version": number}


InstanceState.launch_template = property(template_it_was_started_from)


def user_data_of_any_version(self):
    """Moto stops at an assertion when a group starts an instance of a template's second version: it has wrapped only the first's data."""
    data = self.data.get("UserData")
    return Base64EncodedString(data) if isinstance(data, str) else data


LaunchTemplateVersion.user_data = property(user_data_of_any_version)

create_version = LaunchTemplate.create_version


def without_own_tags(self, data, description):
    """Moto lists a launch template's own tags among the tags of what is started from it: a plan that is never empty."""
    kept = [tags for tags in data.pop("TagSpecifications", []) if tags.get("ResourceType") != "launch-template"]
    return create_version(self, {**data, "TagSpecifications": kept} if kept else data, description)


LaunchTemplate.create_version = without_own_tags

make_image = Ami.__init__


def image_of_this_cloud(self, *args, **more):
    """Moto registers an image without its architecture: nothing that asks for one finds it."""
    make_image(self, *args, **more)
    self.architecture = self.architecture or "x86_64"


Ami.__init__ = image_of_this_cloud


def health_for(self, target, ec2_backend):
    """Moto finds every registered target healthy, also one that is still booting or gone."""
    found = registered_health(self, target, ec2_backend)
    if target["Id"] not in self.targets or not os.environ.get("LAB_TARGET_HEALTH"):
        return found
    try:
        with open(os.environ["LAB_TARGET_HEALTH"], encoding="utf-8") as file:
            seen = json.load(file).get(self.arn, {}).get(target["Id"])
    except FileNotFoundError:
        seen = None
    words = {"healthy": (), "unhealthy": ("Target.FailedHealthChecks", "Health checks failed")}
    state = seen if seen in words else "initial"
    return FakeHealthStatus(target["Id"], found.port, found.health_check_port, state, *words.get(seen, ("Elb.InitialHealthChecking",)))


registered_health = FakeTargetGroup.health_for
FakeTargetGroup.health_for = health_for

# --- Names and rules ---------------------------------------------------------------------------------------------------

get_bool = Route53._get_bool_param


def private_if_in_a_network(self, param_name, *args, **more):
    """Moto makes a hosted zone public unless a flag says otherwise, which Terraform never sends: it goes by the network."""
    if param_name == "HostedZoneConfig.PrivateZone" and self._get_param("VPC.VPCId"):
        return True
    return get_bool(self, param_name, *args, **more)


Route53._get_bool_param = private_if_in_a_network

make_rule = SecurityGroupRule.__init__


def rule_with_prefix_list(self, *args, **more):
    make_rule(self, *args, **more)
    prefix_list = more.get("prefix_list_id")
    self.prefix_list_description = prefix_list.get("Description") if isinstance(prefix_list, dict) else None


def description_of_any_source(self):
    """Moto tells the description of a rule only where its source is a range: a plan that is never empty."""
    return (self.ip_range or {}).get("Description") or (self.source_group or {}).get("Description") or self.prefix_list_description


SecurityGroupRule.__init__ = rule_with_prefix_list
SecurityGroupRule.description = property(description_of_any_source)

modify_endpoint = VPCBackend.modify_vpc_endpoint


def with_routes(self, vpc_id, add_route_tables, remove_route_tables, **more):
    """Moto lists a further route table at a gateway endpoint without the route in it, and then cannot delete the endpoint."""
    modify_endpoint(self, vpc_id=vpc_id, add_route_tables=add_route_tables, remove_route_tables=remove_route_tables, **more)
    prefixes = self.vpc_end_points[vpc_id].destination_prefix_list_id
    for table in add_route_tables if prefixes else []:
        self.create_route(table, None, gateway_id=vpc_id, destination_prefix_list_id=prefixes)
    for table in remove_route_tables if prefixes else []:
        self.delete_route(table, prefixes)


VPCBackend.modify_vpc_endpoint = with_routes

if __name__ == "__main__":
    main(sys.argv[1:])
