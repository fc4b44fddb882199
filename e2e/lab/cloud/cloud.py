"""What all parts share: where things are, and how to ask the API."""
import ctypes
import os
import signal
import subprocess
import time

import boto3

LAB = os.environ["LAB"]
RUN = f"{LAB}/run"
IMAGE = os.environ["LAB_IMAGE"]
REGION = os.environ["AWS_REGION"]
CHANGES = os.environ["LAB_CHANGES"]
TARGET_HEALTH = os.environ["LAB_TARGET_HEALTH"]
SPEED = float(os.environ.get("LAB_SPEED", "10"))
HERE = os.path.dirname(os.path.abspath(__file__))
LINK_LOCAL = "169.254.169.254"
LIBC, PR_SET_PDEATHSIG = ctypes.CDLL(None), 1

ec2, elb, iam, sts, route53 = (boto3.client(name) for name in ("ec2", "elbv2", "iam", "sts", "route53"))


def log(*words):
    print(time.strftime("%T"), *words, flush=True)


def machines(*words):
    return subprocess.run([f"{HERE}/../machines", *words], check=True, stdout=subprocess.PIPE, text=True).stdout


def listed(client, operation, key, **arguments):
    return [each for page in client.get_paginator(operation).paginate(**arguments) for each in page[key]]


def write(path, text):
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(f"{path}.new", path)


def started(words, output):
    """A program that ends with this one, however this one ends."""
    with open(output, "w", encoding="utf-8") as file:
        return subprocess.Popen(words, stdout=file, stderr=subprocess.STDOUT, preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM))


class Haproxy:
    """haproxy with a configuration that may change: connections that are open stay with the old process."""

    def __init__(self, name):
        self.path, self.text, self.process = f"{RUN}/{name}.cfg", None, None

    def use(self, text):
        if text == self.text:
            return
        write(self.path, text)
        if self.process is None:
            self.process = started(["haproxy", "-W", "-db", "-f", self.path], f"{self.path}.log")
        else:
            self.process.send_signal(signal.SIGUSR2)
        self.text = text

    def stop(self):
        if self.process:
            self.process.terminate()
