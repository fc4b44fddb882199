"""Network load balancers: an address in each subnet, haproxy behind them, and what haproxy finds healthy told to the API."""
import csv
import ipaddress
import json
import os
import socket
import subprocess

from cloud import REGION, RUN, SPEED, TARGET_HEALTH, Haproxy, ec2, elb, listed, log, write

SOCKET, STATE = f"{RUN}/balancers.sock", f"{RUN}/balancers.state"
# haproxy's own form: what it reads of it are the names, the address, the port, up (2) or not (0), and how much up.
KNOWN = """1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
"""
HEAD = f"""global
  log stdout format raw local0
  stats socket {SOCKET} mode 600 level user expose-fd listeners
  server-state-file {STATE}
defaults
  load-server-state-from-file global
  log global
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  retries 0
"""


def servers(text):
    """Backend and line of each server."""
    label = ""
    for line in text.splitlines():
        label = line.removeprefix("backend ") if line.startswith("backend ") else label
        if line.startswith("  server "):
            yield label, line


class Balancers:
    def __init__(self):
        self.haproxy = Haproxy("balancers")
        self.addresses = {}  # a balancer's name -> {zone: address}
        self.groups = {}  # backend -> target group's ARN
        self.health = {}
        if os.path.exists(TARGET_HEALTH):  # as a cloud side before this one found it
            with open(TARGET_HEALTH, encoding="utf-8") as file:
                self.health = json.load(file)

    def follow(self, fleet):
        text, self.addresses, self.groups = HEAD, {}, {}
        subnets = {each["SubnetId"]: each for each in listed(ec2, "describe_subnets", "Subnets")}
        for number, balancer in enumerate(listed(elb, "describe_load_balancers", "LoadBalancers")):
            zones = {}
            for zone in balancer["AvailabilityZones"]:
                network = ipaddress.ip_network(subnets[zone["SubnetId"]]["CidrBlock"])
                zones[zone["ZoneName"].removeprefix(REGION)] = str(network[250 - number])
            self.addresses[balancer["DNSName"]] = zones
            for listener in listed(elb, "describe_listeners", "Listeners", LoadBalancerArn=balancer["LoadBalancerArn"]):
                text += self.listener(f'{balancer["LoadBalancerName"]}-{listener["Port"]}', listener, zones, fleet)
        for zones in self.addresses.values():
            for address in zones.values():
                subprocess.run(["ip", "address", "replace", f"{address}/32", "dev", "lo"], check=True)
        if self.groups and text != self.haproxy.text:
            write(STATE, KNOWN + "".join(self.known(line.split(), label) for label, line in servers(text)))
            self.haproxy.use(text)
            log("balancers:", text.count("\n  server "), "targets")

    def listener(self, label, listener, zones, fleet):
        group_arn = listener["DefaultActions"][0]["TargetGroupArn"]
        [group] = elb.describe_target_groups(TargetGroupArns=[group_arn])["TargetGroups"]
        self.groups[label] = group_arn
        inter = round(group["HealthCheckIntervalSeconds"] * 1000 / SPEED)
        check = f'on-marked-down shutdown-sessions check inter {inter}ms rise {group["HealthyThresholdCount"]} fall {group["UnhealthyThresholdCount"]}'
        lines = [f"frontend {label}", *(f'  bind {address}:{listener["Port"]}' for address in zones.values()), f"  default_backend {label}", f"backend {label}"]
        if group["HealthCheckProtocol"] in ("HTTP", "HTTPS"):
            lines.append(f'  option httpchk GET {group["HealthCheckPath"]}')
        if group["HealthCheckProtocol"] == "HTTPS":
            check += " check-ssl verify none"
        by_id = {instance.id: instance for instance in fleet.by_address.values()}
        targets = [each["Target"] for each in elb.describe_target_health(TargetGroupArn=group_arn)["TargetHealthDescriptions"]]
        for target in sorted(targets, key=lambda target: target["Id"]):
            if target["Id"] in by_id:  # the API keeps targets whose instance has ended
                instance = by_id[target["Id"]]
                own = zones.get(instance.zone) or next(iter(zones.values()))
                lines.append(f'  server {target["Id"]} {instance.address}:{target["Port"]} source {own} {check}')
        return "\n".join(lines) + "\n"

    def known(self, words, label):
        """As on AWS, a new target gets no connection before it was found healthy; haproxy would take it for up."""
        _, target, address, *_ = words
        host, port = address.split(":")
        up = self.health.get(self.groups[label], {}).get(target) == "healthy"
        return f"0 {label} 0 {target} {host} {2 if up else 0} 0 1 1 0 {'6 3 3' if up else '1 0 0'} 6 0 0 0 - {port} - 0 0 - - 0\n"

    def report_health(self):
        """A target that is not checked yet keeps what was known of it."""
        if not self.groups or not os.path.exists(SOCKET):
            return
        health = {}
        for row in self.rows():
            group = self.groups.get(row["# pxname"])
            if group is None or not row["svname"].startswith("i-"):
                continue
            checked = row["check_status"].lstrip("* ")
            if checked in ("", "INI"):
                state = self.health.get(group, {}).get(row["svname"], "initial")
            else:
                state = "healthy" if row["status"].startswith("UP") else "unhealthy"
            health.setdefault(group, {})[row["svname"]] = state
        if health != self.health:
            write(TARGET_HEALTH, json.dumps(health))
            for group, targets in health.items():
                for target, state in targets.items():
                    if self.health.get(group, {}).get(target) != state:
                        log(target, "is", state, "behind", group.split("/")[-2])
            self.health = health

    def rows(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(SOCKET)
            connection.sendall(b"show stat\n")
            return list(csv.DictReader(connection.makefile(encoding="utf-8")))

    def stop(self):
        self.haproxy.stop()
