#!/usr/bin/env python3
"""The emulator's repairs, asked for by boto3: prints `ok NAME` or `not ok NAME`."""
import json
import os
import subprocess
import sys
import time
import urllib.request

import boto3
import botocore.config
import botocore.exceptions

REGION, ACCOUNT = "ap-southeast-1", "123456789012"
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{here}/../support")
sys.dont_write_bytecode = True
import tap
from tap import check


def outcome(call, **arguments):
    try:
        call(**arguments)
        return "done"
    except botocore.exceptions.ClientError as error:
        return f"{error.response['ResponseMetadata']['HTTPStatusCode']} {error.response['Error']['Code']}"


def statement(action, resource, **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def main(port):
    url = f"http://127.0.0.1:{port}"
    settings = botocore.config.Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})

    def client(service, key="test", secret="test", token=None, secure=True):
        made = boto3.client(service, REGION, endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token, config=settings)
        if secure:  # as the lab's TLS front says it
            made.meta.events.register("before-send", lambda request, **_: request.headers.__setitem__("X-Forwarded-Proto", "https"))
        return made

    def as_role(name, statements, session="me"):
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
        keys = client("sts").assume_role(RoleArn=arn, RoleSessionName=session)["Credentials"]
        return lambda service, **more: client(service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], **more)

    for _ in range(150):
        try:
            urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=1).read()
            break
        except OSError:
            time.sleep(0.1)
    again = client("ssm")
    again.meta.events.register("before-send", lambda request, **_: request.headers.__setitem__("amz-sdk-invocation-id", "one"))
    made = [outcome(one.put_parameter, Name="/again", Value="x", Type="String") for one in (again, again, client("ssm"))]
    check("a call that is made again under the same id is done once, under another it is another", made, ["done", "done", "400 ParameterAlreadyExists"])
    iam, kms, ssm, s3 = (client(name) for name in ("iam", "kms", "ssm", "s3"))
    key = kms.create_key()["KeyMetadata"]["Arn"]
    bucket = "hacluster-test"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}, "BucketKeyEnabled": True}]})
    only_tls = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [only_tls]}))
    for name in ("/c/u/mine", "/c/u/other"):
        ssm.put_parameter(Name=name, Value="x", Type="SecureString", KeyId=key)

    parameters = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/c/u"
    by_ssm = {"StringEquals": {"kms:ViaService": f"ssm.{REGION}.amazonaws.com"}, "StringLike": {"kms:EncryptionContext:PARAMETER_ARN": [f"{parameters}/mine", f"{parameters}/new"]}}
    by_s3 = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}, "StringLike": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}"}}
    node = as_role("node", [
        statement(["ssm:GetParameter", "ssm:PutParameter"], f"{parameters}/*"),
        statement(["kms:Decrypt", "kms:Encrypt"], key, Condition=by_ssm),
        statement(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{bucket}/snapshots/*"),
        statement("kms:GenerateDataKey", key, Condition=by_s3),
    ])
    mine, objects = node("ssm"), node("s3")
    read = lambda name: outcome(mine.get_parameter, Name=name, WithDecryption=True)
    write = lambda name, **more: outcome(mine.put_parameter, Name=name, Value="v", Type="SecureString", KeyId=key, **more)
    check("a role reads a secret that its policy and the key's conditions name", read("/c/u/mine"), "done")
    check("a secret whose key the role may not use for it is refused", read("/c/u/other"), "400 AccessDeniedException")
    check("a secret that is not there is told from one that is refused", read("/c/u/nothing"), "400 ParameterNotFound")
    check("a secret outside the policy is refused as JSON", read("/d/u/mine"), "400 AccessDeniedException")
    check("a role creates a secret that is not there", write("/c/u/new"), "done")
    check("and cannot create it again", write("/c/u/new"), "400 ParameterAlreadyExists")
    check("a secret whose key the role may not use for it is not written", write("/c/u/other", Overwrite=True), "400 AccessDeniedException")
    check("the bucket's Deny does not hold over TLS", outcome(objects.put_object, Bucket=bucket, Key="snapshots/1", Body=b"x"), "done")
    check("the bucket's Deny holds over plain HTTP", outcome(node("s3", secure=False).put_object, Bucket=bucket, Key="snapshots/2", Body=b"x"), "403 403")
    check("an object outside the policy is refused", outcome(objects.put_object, Bucket=bucket, Key="other/1", Body=b"x"), "403 AccessDenied")
    check("an object whose key the role may not decrypt with is refused", outcome(objects.get_object, Bucket=bucket, Key="snapshots/1"), "403 AccessDenied")
    check("a call without a grant is refused", outcome(node("ec2").describe_instances), "403 AccessDenied")
    request = urllib.request.Request(f"{url}/", data=b"{}", headers={"X-Amz-Target": "AmazonSSM.GetParameter", "Content-Type": "application/x-amz-json-1.1"})
    try:
        urllib.request.urlopen(request, timeout=5)
        status = 200
    except urllib.error.HTTPError as error:
        status = error.code
    check("a request without a signature is refused", status, 400)
    people(client, as_role)
    groups(client)


def people(client, as_role):
    iam, path = client("iam"), "/c/u/access"
    parameters = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{path}"
    rights = [statement(["ssm:PutParameter", "ssm:DeleteParameters"], f"{parameters}/requests/*"), statement(["ssm:GetParameter", "ssm:DeleteParameters"], f"{parameters}/certificates/*")]
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="all", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": rights}))
    keys = iam.create_access_key(UserName="alice")["AccessKey"]
    alice = client("ssm", keys["AccessKeyId"], keys["SecretAccessKey"])
    bob = as_role("admins", rights, session="bob@example.com")("ssm")
    host = as_role("host", [statement("ssm:GetParametersByPath", f"{parameters}/requests"), statement("ssm:GetParameterHistory", f"{parameters}/requests/*")])("ssm")
    for who, name in ((alice, "1"), (bob, "2")):
        who.put_parameter(Name=f"{path}/requests/{name}", Value="x", Type="String")
    history = lambda name: [version["LastModifiedUser"] for version in host.get_parameter_history(Name=f"{path}/requests/{name}")["Parameters"]]
    check("who wrote a parameter is its user", history("1"), [f"arn:aws:iam::{ACCOUNT}:user/alice"])
    check("or its role and session", history("2"), [f"arn:aws:sts::{ACCOUNT}:assumed-role/admins/bob@example.com"])
    alice.put_parameter(Name=f"{path}/requests/2", Value="y", Overwrite=True)
    check("each version has its own writer", history("2")[-1:], [f"arn:aws:iam::{ACCOUNT}:user/alice"])
    listed = host.get_parameters_by_path(Path=f"{path}/requests")["Parameters"]
    check("a role lists the path that its policy names", sorted(each["Name"] for each in listed), [f"{path}/requests/1", f"{path}/requests/2"])
    check("a path outside the policy is refused", outcome(host.get_parameters_by_path, Path=f"{path}/certificates"), "400 AccessDeniedException")
    check("the history of what is outside the policy is refused", outcome(host.get_parameter_history, Name="/c/u/mine"), "400 AccessDeniedException")
    check("a person cannot list what others ask for", outcome(alice.get_parameters_by_path, Path=f"{path}/requests"), "400 AccessDeniedException")
    check("nor write certificates", outcome(alice.put_parameter, Name=f"{path}/certificates/1", Value="x", Type="String"), "400 AccessDeniedException")
    check("nor delete anything else, not even beside what is his", outcome(alice.delete_parameters, Names=[f"{path}/requests/1", "/c/u/mine"]), "400 AccessDeniedException")
    check("a person deletes what he asked", outcome(alice.delete_parameters, Names=[f"{path}/requests/1", f"{path}/certificates/1"]), "done")


def groups(client):
    ec2, autoscaling, elb = client("ec2"), client("autoscaling"), client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"] for n, zone in enumerate("abc")]
    image = ec2.register_image(Name="node-1", Architecture="x86_64")["ImageId"]
    found = ec2.describe_images(Owners=["self"], Filters=[{"Name": "architecture", "Values": ["x86_64"]}, {"Name": "name", "Values": ["node-*"]}])["Images"]
    check("an own image is found by name and architecture", [each["ImageId"] for each in found], [image])
    disks = [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 5}}]
    template = ec2.create_launch_template(LaunchTemplateName="node", LaunchTemplateData={"ImageId": image, "InstanceType": "m7i.large", "UserData": "YQ=="})["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData={"ImageId": image, "InstanceType": "m7i.large", "UserData": "Yg==", "BlockDeviceMappings": disks})
    target = elb.create_target_group(Name="api", Protocol="TCP", Port=6443, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
    autoscaling.create_auto_scaling_group(AutoScalingGroupName="nodes", MinSize=3, MaxSize=3, VPCZoneIdentifier=",".join(subnets), TargetGroupARNs=[target], LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"})
    running = lambda: [each for page in ec2.describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])["Reservations"] for each in page["Instances"]]
    first = running()
    check("a group spreads over its subnets", sorted(each["SubnetId"] for each in first), sorted(subnets))
    check("an instance has the disks of the newest version", sorted(disk["DeviceName"] for disk in first[0]["BlockDeviceMappings"]), ["/dev/sda1", "/dev/sdf"])
    tags = {tag["Key"]: tag["Value"] for tag in first[0]["Tags"]}
    check("and names that version", tags["aws:ec2launchtemplate:version"], "2")
    of_group = lambda: [each["LaunchTemplate"]["Version"] for each in autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["Instances"]]
    check("as does its group", of_group(), ["2"] * 3)
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData={"ImageId": image, "InstanceType": "m7i.large", "UserData": "Yw==", "BlockDeviceMappings": disks})
    check("a newer version of the template changes no instance that runs", of_group(), ["2"] * 3)
    autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=first[1]["InstanceId"], ShouldDecrementDesiredCapacity=False)
    check("what replaces one that the group was told to end is of the newer version", sorted(of_group()), ["2", "2", "3"])
    ec2.terminate_instances(InstanceIds=[first[0]["InstanceId"]])
    now = {each["InstanceId"] for each in running()}
    health = {each["Target"]["Id"] for each in elb.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"] if each["TargetHealth"]["State"] == "healthy"}
    check("what replaces an ended instance is registered as a target", now <= health and len(now) == 3, True)


if __name__ == "__main__":
    port = sys.argv[1] if len(sys.argv) > 1 else "15417"
    server = subprocess.Popen([sys.executable, f"{here}/emulator.py", "-H", "127.0.0.1", "-p", port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        main(port)
    finally:
        server.terminate()
        server.wait()
    sys.exit(1 if tap.failures else 0)
