#!/usr/bin/env python3
"""people.py CLUSTER FOLDER: three people as the cloud knows them, with the rights that docs/operations.md gives for `access`, and the list of two.

alice is a user, bob a session of the role `admins`; mallory is a user with the same rights who is in no list, and nobody one
without any. FOLDER gets a file of environment for each.
"""
import json
import os
import sys

import boto3

cluster, folder = sys.argv[1:]
iam, ssm, sts = (boto3.client(service) for service in ("iam", "ssm", "sts"))
account, region = sts.get_caller_identity()["Account"], boto3.session.Session().region_name
uid = json.loads(ssm.get_parameter(Name=f"/hacluster/{cluster}/current")["Parameter"]["Value"])["uid"]
arn = f"arn:aws:ssm:{region}:{account}:parameter/hacluster/{cluster}"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})


rights = document(
    {"Action": "ssm:GetParameter", "Resource": [f"{arn}/current", f"{arn}/*/public/ca.crt", f"{arn}/*/access/certificates/*"]},
    {"Action": "ssm:PutParameter", "Resource": f"{arn}/*/access/requests/*"},
    {"Action": "ssm:DeleteParameters", "Resource": [f"{arn}/*/access/requests/*", f"{arn}/*/access/certificates/*"]},
)


def write(name, key, secret, token=""):
    file = os.path.join(folder, name)
    with open(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(f"AWS_ACCESS_KEY_ID={key}\nAWS_SECRET_ACCESS_KEY={secret}\n" + (f"AWS_SESSION_TOKEN={token}\n" if token else ""))


for name in ("alice", "mallory", "nobody"):
    iam.create_user(UserName=name)
    if name != "nobody":
        iam.put_user_policy(UserName=name, PolicyName="access", PolicyDocument=rights)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    write(name, made["AccessKeyId"], made["SecretAccessKey"])
trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": account}}]})
role = iam.create_role(RoleName="admins", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
iam.put_role_policy(RoleName="admins", PolicyName="access", PolicyDocument=rights)
keys = sts.assume_role(RoleArn=role, RoleSessionName="bob@example.com")["Credentials"]
write("bob", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
# The example has no list; Terraform would write it so.
people = [
    {"identity": f"arn:aws:iam::{account}:user/alice", "groups": ["developers"], "hours": 1},
    {"identity": f"arn:aws:sts::{account}:assumed-role/admins/*", "groups": ["platform-admins"], "hours": 8},
]
ssm.put_parameter(Name=f"/hacluster/{cluster}/{uid}/access/people", Type="String", Value=json.dumps(people), Overwrite=True)
