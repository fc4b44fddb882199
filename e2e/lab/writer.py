#!/usr/bin/env python3
"""Writes all along, and proves at the end that nothing acknowledged was lost.

  writer.py write URL STACK WHILE ACKS   a ConfigMap every half second until WHILE is gone; each that is acknowledged is noted in ACKS
  writer.py verify URL STACK ACKS        whether each is there as it was written; prints written, lost, foreign, seconds of the longest gap

It comes with the short-lived certificate that the platform stack would take.
"""
import hashlib
import http.client
import json
import os
import ssl
import sys
import tempfile
import time
import urllib.parse

import boto3

PATH = "/api/v1/namespaces/default/configmaps"


def text_of(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


def trust(cluster):
    """The certificate is renewed: read anew for each connection that fails to be let in."""
    ssm = boto3.client("ssm")
    uid = json.loads(ssm.get_parameter(Name=f"/hacluster/{cluster}/current")["Parameter"]["Value"])["uid"]
    access = json.loads(ssm.get_parameter(Name=f"/hacluster/{cluster}/{uid}/access/admin", WithDecryption=True)["Parameter"]["Value"])
    context = ssl.create_default_context(cadata=access["ca"])
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # only readable by its owner
        file.write(access["certificate"] + access["key"])
        file.flush()
        context.load_cert_chain(file.name)
    return context


def ask(url, context, method, path, body=None):
    at = urllib.parse.urlsplit(url)
    connection = http.client.HTTPSConnection(at.hostname, at.port, timeout=2, context=context)
    try:
        connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or "{}")
    finally:
        connection.close()


def write(url, cluster, file, acks):
    context = trust(cluster)
    number = sum(1 for _ in open(acks, encoding="utf-8")) if os.path.exists(acks) else 0
    with open(acks, "a", encoding="utf-8") as noted:
        while os.path.exists(file):
            began = time.monotonic()
            name = f"written-{number}-{os.getpid()}"
            wish = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"written": "by-the-lab"}}, "data": {"text": text_of(name)}}
            try:
                status, answer = ask(url, context, "POST", PATH, wish)
                if status == 201:
                    print(name, answer["metadata"]["resourceVersion"], time.time(), file=noted, flush=True)
                elif status == 401:
                    context = trust(cluster)
            except (OSError, http.client.HTTPException, ValueError, KeyError):
                pass  # not acknowledged: it may be there or not
            number += 1
            time.sleep(max(0.0, 0.5 - (time.monotonic() - began)))


def verify(url, cluster, acks):
    with open(acks, encoding="utf-8") as file:
        noted = [line.split() for line in file]
    status, answer = ask(url, trust(cluster), "GET", f"{PATH}?labelSelector=written%3Dby-the-lab")
    there = {each["metadata"]["name"]: each["data"]["text"] for each in answer["items"]} if status == 200 else {}
    lost = [name for name, _, _ in noted if there.get(name) != text_of(name)]
    versions = [int(version) for _, version, _ in noted]
    backwards = sum(1 for one, next_one in zip(versions, versions[1:]) if next_one <= one)
    times = [float(when) for _, _, when in noted]
    gap = max((b - a for a, b in zip(times, times[1:])), default=0)
    print(json.dumps({"written": len(noted), "lost": len(lost), "backwards": backwards, "longest gap": round(gap, 1)}))
    sys.exit(1 if lost or backwards or not noted else 0)


{"write": write, "verify": verify}[sys.argv[1]](*sys.argv[2:])
