#!/usr/bin/env python3
"""cloud/firewall.py with real packets: a router and four machines as network namespaces. Prints `ok NAME` or `not ok NAME`. Needs root."""
import json
import os
import signal
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
for name in ("LAB", "LAB_IMAGE", "LAB_CHANGES", "LAB_TARGET_HEALTH"):
    os.environ.setdefault(name, "/nonexistent")
for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
    os.environ.setdefault(name, "eu-central-1")
sys.path[:0] = [f"{here}/cloud", f"{here}/../support"]
sys.dont_write_bytecode = True
import firewall
import tap
from tap import check

PREFIX = f"sgtest-{os.getpid()}-"
FIRST, SECOND, FAR, WORKER = "10.99.0.4", "10.99.0.5", "10.99.16.4", "10.99.16.5"  # control planes, and a worker
BALANCER, API, METADATA = "10.99.0.250", "198.18.0.1", "169.254.169.254"
MACHINES = {FIRST: "10.99.0.1", SECOND: "10.99.0.1", FAR: "10.99.16.1", WORKER: "10.99.16.1"}


def run(*words, at=None, **more):
    return subprocess.run([*(["nsenter", f"--net=/run/netns/{PREFIX}{at}"] if at else []), *words], check=True, text=True, **more)


def build():
    run("ip", "netns", "add", PREFIX + "router")
    run("ip", "link", "set", "lo", "up", at="router")
    run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.send_redirects=0", at="router")
    for address in (METADATA, API, BALANCER):
        run("ip", "address", "add", f"{address}/32", "dev", "lo", at="router")
    for gateway in sorted(set(MACHINES.values())):
        bridge = "s" + firewall.link(gateway)[1:]
        run("ip", "link", "add", bridge, "type", "bridge", at="router")
        run("ip", "link", "set", bridge, "up", at="router")
        run("ip", "address", "add", f"{gateway}/20", "dev", bridge, at="router")
        run("sysctl", "-qw", f"net.ipv4.conf.{bridge}.proxy_arp_pvlan=1", f"net.ipv4.conf.{bridge}.send_redirects=0", f"net.ipv4.neigh.{bridge}.proxy_delay=0", at="router")
    for address, gateway in MACHINES.items():
        link = firewall.link(address)
        run("ip", "netns", "add", PREFIX + address)
        run("ip", "link", "add", link, "netns", PREFIX + "router", "type", "veth", "peer", "name", "eth0", "netns", PREFIX + address)
        run("ip", "link", "set", link, "master", "s" + firewall.link(gateway)[1:], "up", at="router")
        run("bridge", "link", "set", "dev", link, "isolated", "on", at="router")
        for words in (["link", "set", "lo", "up"], ["address", "add", f"{address}/20", "dev", "eth0"], ["link", "set", "eth0", "up"], ["route", "add", "default", "via", gateway]):
            run("ip", *words, at=address)


def remove():
    for name in ("router", *MACHINES):
        subprocess.run(["ip", "netns", "delete", PREFIX + name], stderr=subprocess.DEVNULL)


def use(members, rules, machines=tuple(MACHINES)):
    run("nft", "-f", "-", at="router", input=firewall.rule_set(machines, members, [BALANCER], rules))


def dial(source, target, port):
    """A kernel that has no listener refuses: an answer all the same."""
    words = ["timeout", "0.5", "bash", "-c", f"exec 3<> /dev/tcp/{target}/{port}"]
    ended = subprocess.run(["nsenter", f"--net=/run/netns/{PREFIX}{source}", *words], stderr=subprocess.DEVNULL).returncode
    return "dropped" if ended == 124 else "answered"


def send(source, target, protocol, own=None):
    code = f"import socket; s = socket.socket(socket.AF_INET, socket.SOCK_RAW, {protocol}); s.bind(('{own or source}', 0)); s.sendto(b'x' * 40, ('{target}', 0))"
    run(sys.executable, "-c", code, at=source)


def rows(what, rules=()):
    """As the command prints them, without the age."""
    facts = {"names": {FIRST: "first", WORKER: "worker"}, "groups": {"sg-c": "control", "sg-n": "node", "sg-b": "balancer"}, "rules": list(rules)}
    code = f"import sys, json; sys.path.insert(0, '{here}/cloud'); import firewall; print(json.dumps(firewall.{what}(json.loads(sys.argv[1]))))"
    found = json.loads(run(sys.executable, "-c", code, json.dumps(facts), at="router", stdout=subprocess.PIPE).stdout)
    return [row[:1] + row[2:] for row in found] if what == "dropped" else [row[:-1] for row in found]


def rule(number, group, protocol, first=-1, last=-1, group_there=None, cidr=None, egress=False):
    there = {"ReferencedGroupInfo": {"GroupId": group_there}} if group_there else {"CidrIpv4": cidr}
    return {"SecurityGroupRuleId": f"sgr-{number}", "GroupId": group, "IsEgress": egress, "IpProtocol": protocol, "FromPort": first, "ToPort": last, **there}


def main():
    members = {"sg-c": [FIRST, SECOND, FAR], "sg-n": [FIRST, SECOND, FAR, WORKER], "sg-b": [BALANCER]}
    out = rule(0, "sg-n", "-1", cidr="0.0.0.0/0", egress=True)
    etcd = rule(1, "sg-c", "tcp", 2379, 2380, group_there="sg-c")
    api = rule(2, "sg-c", "tcp", 6443, 6443, group_there="sg-b")
    clients = rule(3, "sg-b", "tcp", 6443, 6443, group_there="sg-n")
    passes = rule(4, "sg-b", "tcp", 6443, 6443, group_there="sg-c", egress=True)
    ipip = rule(5, "sg-n", "4", group_there="sg-n")
    ping = rule(6, "sg-c", "icmp", 8, -1, cidr="10.99.16.0/20")
    spare = rule(7, "sg-n", "udp", 4789, 4789, group_there="sg-n")
    every = [out, etcd, api, clients, passes, ipip, ping, spare, rule(8, "sg-n", "icmp", 3, 4, cidr="10.0.0.0/8"), rule(9, "sg-n", "17", 0, 65535, cidr="10.0.0.0/32")]

    use({}, [], [])
    check("without rules nothing passes", [dial(FIRST, SECOND, 2379), dial(FIRST, FAR, 2379)], ["dropped", "dropped"])
    use(members, every)
    check("a group's members reach each other, in their subnet and across", [dial(FIRST, SECOND, 2380), dial(FIRST, FAR, 2379), dial(FAR, FIRST, 2379)], ["answered"] * 3)
    check("another group's member does not", [dial(WORKER, FIRST, 2379), dial(WORKER, FAR, 2380)], ["dropped"] * 2)
    check("a port beside the range is closed", dial(FIRST, SECOND, 2381), "dropped")
    check("and what was refused is told", sorted(row for row in rows("dropped") if row[2] == "worker"), [[1, "arriving", "worker", FAR, "tcp/2380"], [1, "arriving", "worker", "first", "tcp/2379"]])
    check("the balancer takes its clients' connections", dial(WORKER, BALANCER, 6443), "answered")
    check("and no other port", dial(WORKER, BALANCER, 6444), "dropped")
    check("a target takes the balancer's connections only", [dial(WORKER, FIRST, 6443), dial("router", FIRST, 6443)], ["dropped", "dropped"])
    run(sys.executable, "-c", f"import socket; s = socket.socket(); s.settimeout(1); s.bind(('{BALANCER}', 0)); exit(s.connect_ex(('{FAR}', 6443)) != 111)", at="router")
    check("the operator reaches the balancer", dial("router", BALANCER, 6444), "answered")
    check("a public address is reached as the rules for leaving say", dial(WORKER, API, 443), "answered")
    send(WORKER, FIRST, 4)
    send(WORKER, FIRST, 47)
    check("a protocol without ports passes by its number", [row for row in rows("ports", every) if row[2] == "4"], [[1, "node", "4", "from", "node"]])
    check("and another does not", [1, "arriving", "worker", "first", "gre"] in rows("dropped"), True)
    run("ip", "address", "add", "10.98.0.1/32", "dev", "lo", at=WORKER)
    send(WORKER, FIRST, 4, own="10.98.0.1")
    check("a source that is not the machine's own is refused", [1, "foreign", "10.98.0.1", "first", "cable of worker"] in rows("dropped"), True)
    counted = {tuple(row[1:5]): row[0] for row in rows("ports", every)}
    check("each rule tells how many connections it let through", [counted["control", "tcp/2379-2380", "from", "control"], counted["node", "udp/4789", "from", "node"]], [3, 0])

    use(members, [each for each in every if each is not etcd])
    check("a rule that is gone closes its port", dial(FIRST, SECOND, 2380), "dropped")
    use(members, every)
    check("and is counted on when it is back", [dial(FIRST, SECOND, 2380), [row[0] for row in rows("ports", [etcd])]], ["answered", [4]])
    use({**members, "sg-c": [FIRST, FAR]}, every)
    check("a machine that leaves a group loses what the group may", dial(SECOND, FIRST, 2379), "dropped")
    use(members, [each for each in every if each is not out])
    check("without a rule for leaving nothing is opened, and metadata is reached", [dial(WORKER, API, 443), dial(FIRST, SECOND, 2379), dial(WORKER, METADATA, 80)], ["dropped", "dropped", "answered"])
    check("and that is told", sorted(row[1:] for row in rows("dropped") if row[1] == "leaving"), [["leaving", "first", SECOND, "tcp/2379"], ["leaving", "worker", API, "tcp/443"]])
    use(members, every, [FIRST, SECOND, FAR])
    check("a machine whose rules are not known yet is closed", [dial(WORKER, API, 443), dial(WORKER, BALANCER, 6443)], ["dropped", "dropped"])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        build()
        main()
    finally:
        remove()
    sys.exit(1 if tap.failures else 0)
