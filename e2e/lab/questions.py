#!/usr/bin/env python3
"""What the suite asks the cloud, as its operator.

  questions.py parameters          name and type of every parameter
  questions.py literals FILE...    where a value that a node stored stands in a file, also packed; ends with 1 if anywhere
  questions.py terminate ID        ends an instance
  questions.py value CLUSTER NAME  name and value of a parameter that is no key, or of all below NAME/
  questions.py digests CLUSTER     name and hash of every root of trust
  questions.py roles ROLE          names of the machines that have a role
  questions.py close PORT          takes away every rule that lets machines in at a TCP port
  questions.py probe URL FILE      asks URL five times a second until FILE is gone; prints asked, failed, seconds without an answer
"""
import base64
import gzip
import hashlib
import io
import json
import os
import re
import ssl
import sys
import time
import urllib.request
import zipfile

import boto3


def all_parameters():
    return [each for page in boto3.client("ssm").get_paginator("describe_parameters").paginate() for each in page["Parameters"]]


def parameters():
    for each in sorted(all_parameters(), key=lambda each: each["Name"]):
        print(each["Type"], each["Name"])


def secret_words():
    """Each line of key material and each token that lies encrypted in the secret store."""
    ssm = boto3.client("ssm")
    for each in all_parameters():
        if each["Type"] != "SecureString" or each["Name"].endswith((".crt", ".pub")):
            continue
        value = ssm.get_parameter(Name=each["Name"], WithDecryption=True)["Parameter"]["Value"]
        private = "".join(re.findall(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?)-----END", value, re.S)) if "PRIVATE KEY" in value else value
        for word in re.findall(r"[A-Za-z0-9+/]{40,}={0,2}|\b[a-z0-9]{6}\.[a-z0-9]{16}\b", private.replace("\\n", "\n")):
            yield each["Name"], word.encode()


def layers(data, depth=0):
    yield data
    if depth == 4:
        return
    if data[:2] == b"\x1f\x8b":
        yield from layers(gzip.decompress(data), depth + 1)
    if data[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(data))
        for name in archive.namelist():
            yield from layers(archive.read(name), depth + 1)
    for text in re.findall(rb"[A-Za-z0-9+/]{64,}={0,2}", data):
        try:
            yield from layers(base64.b64decode(text + b"=" * (-len(text) % 4)), depth + 1)
        except ValueError:
            pass


def literals(*files):
    words, found = list(secret_words()), set()
    for path in files:
        with open(path, "rb") as file:
            for layer in layers(file.read()):
                found |= {(path, name) for name, word in words if word in layer}
    for path, name in sorted(found):
        print(f"{name} stands in {path}")
    print(f"{len(words)} words of {len({name for name, _ in words})} secrets looked for in {len(files)} files")
    sys.exit(1 if found or not words else 0)


def terminate(instance_id):
    boto3.client("ec2").terminate_instances(InstanceIds=[instance_id])


def close(port):
    ec2 = boto3.client("ec2")
    for each in [each for page in ec2.get_paginator("describe_security_group_rules").paginate() for each in page["SecurityGroupRules"]]:
        if not each["IsEgress"] and each["IpProtocol"] == "tcp" and each["FromPort"] <= int(port) <= each["ToPort"]:
            ec2.revoke_security_group_ingress(GroupId=each["GroupId"], SecurityGroupRuleIds=[each["SecurityGroupRuleId"]])


def path_of(cluster):
    current = boto3.client("ssm").get_parameter(Name=f"/hacluster/{cluster}/current")["Parameter"]["Value"]
    return f'/hacluster/{cluster}/{json.loads(current)["uid"]}'


def stored(cluster, beginning):
    """Name, without the cluster's path, and value of all that begin so."""
    ssm, path = boto3.client("ssm"), path_of(cluster)
    for name in sorted(each["Name"] for each in all_parameters() if each["Name"].startswith(f"{path}/{beginning}")):
        yield name.removeprefix(f"{path}/"), ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]


def value(cluster, name):
    if name.startswith(("roots", "access", "join")):
        sys.exit(f"{name} is not for the eye")
    for found, text in stored(cluster, name):
        print(found, text)


def digests(cluster):
    for name, text in stored(cluster, "roots/"):
        print(name, hashlib.sha256(text.encode()).hexdigest())


def roles(role):
    filters = [{"Name": "tag:hacluster:role", "Values": [role]}, {"Name": "instance-state-name", "Values": ["pending", "running"]}]
    for page in boto3.client("ec2").get_paginator("describe_instances").paginate(Filters=filters):
        for each in [each for reservation in page["Reservations"] for each in reservation["Instances"]]:
            print(each["PrivateDnsName"].split(".")[0])


def probe(url, file):
    """Each time a connection of its own, as a client's first; one that is not answered within a second has failed."""
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    asked = failed = 0
    away = 0.0
    while os.path.exists(file):
        began = time.monotonic()
        asked += 1
        try:
            with urllib.request.urlopen(url, timeout=1, context=trust) as answer:
                answer.read()
            good = True
        except OSError:
            good, failed = False, failed + 1
        time.sleep(max(0, 0.2 - (time.monotonic() - began)))
        away += 0 if good else time.monotonic() - began
    print(json.dumps({"asked": asked, "failed": failed, "unavailable": round(away, 1)}))


questions = (parameters, literals, terminate, value, digests, roles, close, probe)
{each.__name__: each for each in questions}[sys.argv[1]](*sys.argv[2:])
