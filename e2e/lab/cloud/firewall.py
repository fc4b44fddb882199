"""Security groups, enforced on the router: it takes part in every packet between machines, also inside a subnet, and none of
them can reach its rules. As on AWS, a connection that was let through goes on when its rule is taken away.

  firewall.py dropped   what was refused within the last hour: that is how a missing rule shows
  firewall.py ports     each rule, and how many connections it let through: that is how a needless one shows
"""
import json
import subprocess
import sys

from cloud import RUN, ec2, elb, listed, log, write

NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp"}
WITH_PORTS = "{ tcp, udp, sctp }"
KEPT = 3600  # seconds
FACTS = f"{RUN}/firewall.json"


def identifier(text):
    return text.replace("-", "_")


def link(address):
    """What `machines` calls the router's end of a machine's cable."""
    return "m" + "".join(f"{int(part):02x}" for part in address.split("."))


def travels(rule):
    """What of a packet a rule looks at, besides the two ends."""
    protocol = NUMBERS.get(rule["IpProtocol"], rule["IpProtocol"])
    first, last = (-1 if rule.get(end) is None else rule[end] for end in ("FromPort", "ToPort"))
    if protocol == "-1":
        return ""
    if protocol in ("tcp", "udp") and first >= 0 and (first, last) != (0, 65535):
        return f"{protocol} dport {first}-{last}" if first != last else f"{protocol} dport {first}"
    if protocol == "icmp" and first >= 0:
        return f"icmp type {first}" + (f" icmp code {last}" if last >= 0 else "")
    return f"meta l4proto {protocol}"


def other_end(rule):
    """The range or the set at the other end; nothing where it is one that this network does not have."""
    if "ReferencedGroupInfo" in rule:
        return "@" + identifier(rule["ReferencedGroupInfo"]["GroupId"])
    return rule.get("CidrIpv4")


def rule_line(rule, verdict):
    own, other = ("saddr", "daddr") if rule["IsEgress"] else ("daddr", "saddr")
    there = other_end(rule)
    words = [f'ip {own} @{identifier(rule["GroupId"])}', "" if there == "0.0.0.0/0" else f"ip {other} {there}", travels(rule)]
    return " ".join(word for word in [*words, f'counter name "{identifier(rule["SecurityGroupRuleId"])}"', verdict] if word)


def rule_set(machines, members, balancers, rules):
    """One transaction of nft. Counters, and what was refused, are kept over it.

    machines: addresses; members: {group: addresses}; balancers: addresses of those that have groups; rules: as the API tells them."""
    rules = [rule for rule in rules if other_end(rule)]
    groups = {rule["GroupId"] for rule in rules} | {rule["ReferencedGroupInfo"]["GroupId"] for rule in rules if "ReferencedGroupInfo" in rule}
    sets = {"balancers": balancers, **{identifier(group): members.get(group, []) for group in groups}}
    lines = ["add table inet security", "add table bridge security", "flush table inet security", "flush table bridge security"]
    lines += [f"add set inet security {name} {{ type ipv4_addr; }}" for name in sorted(sets)]
    lines += [f"flush set inet security {name}" for name in sorted(sets)]
    lines += [f'add element inet security {name} {{ {", ".join(sorted(addresses))} }}' for name, addresses in sorted(sets.items()) if addresses]
    lines += [f'add counter inet security {identifier(rule["SecurityGroupRuleId"])}' for rule in rules]
    lines += ["add set bridge security own { type ifname . ipv4_addr; }", "flush set bridge security own"]
    lines += [f"add element bridge security own {{ {link(address)} . {address} }}" for address in sorted(machines)]
    leave = "\n    ".join(rule_line(rule, "return") for rule in rules if rule["IsEgress"])
    arrive = "\n    ".join(rule_line(rule, "accept") for rule in rules if not rule["IsEgress"])
    return "\n".join(lines) + TABLES.replace("LEAVE", leave).replace("ARRIVE", arrive)


def refused(chain, types=""):
    kept = f"flags dynamic, timeout; timeout {KEPT}s; size 65535; counter;"
    return f"""set {chain}_port {{ type ipv4_addr . ipv4_addr . inet_proto . inet_service; {kept} }}
  set {chain}_protocol {{ type ipv4_addr . ipv4_addr . inet_proto; {kept} }}
  chain refuse_{chain} {{
    meta l4proto {WITH_PORTS} update @{chain}_port {{ ip saddr . ip daddr . meta l4proto . th dport }} drop
    update @{chain}_protocol {{ ip saddr . ip daddr . meta l4proto }} drop
    drop
  }}"""


# Subnets are s*, machines' cables m*. Whoever asks from the router itself is the operator, who has no groups; of what stands
# there, only balancers have. Metadata and names are out of all groups' reach.
TABLES = f"""
table inet security {{
  {refused("leaving")}
  {refused("arriving")}
  chain leave {{
    LEAVE
    goto refuse_leaving
  }}
  chain arrive {{
    ARRIVE
    goto refuse_arriving
  }}
  chain forward {{
    type filter hook forward priority 10; policy drop;
    ct state established,related accept
    ct state invalid drop
    jump leave
    goto arrive
  }}
  chain input {{
    type filter hook input priority 10; policy accept;
    iifname != "s*" accept
    ip daddr 169.254.169.254 accept
    ct state established,related accept
    jump leave
    ip daddr @balancers goto arrive
  }}
  chain output {{
    type filter hook output priority 10; policy accept;
    oifname != "s*" accept
    ip daddr 224.0.0.0/4 drop
    ct state established,related accept
    ip saddr @balancers jump leave
    goto arrive
  }}
}}
table bridge security {{
  set foreign {{ type ipv4_addr . ipv4_addr . ifname; flags dynamic, timeout; timeout {KEPT}s; size 65535; counter; }}
  chain prerouting {{
    type filter hook prerouting priority 0; policy drop;
    ether type arp accept
    iifname . ip saddr @own accept
    update @foreign {{ ip saddr . ip daddr . iifname }} drop
  }}
}}
"""


def groups_of(instance):
    """The emulator does not hand on the groups that a launch template gives to a network interface."""
    interfaces = instance.template.get("NetworkInterfaces", [])
    return {group for each in interfaces for group in each.get("Groups", [])} or {group["GroupId"] for group in instance.described["SecurityGroups"]}


class Firewall:
    def __init__(self):
        self.text = None
        if subprocess.run(["nft", "list", "table", "inet", "security"], capture_output=True).returncode:
            self.use(rule_set([], {}, [], []))  # closed, before the first machine boots

    def use(self, text):
        if text != self.text:
            subprocess.run(["nft", "-f", "-"], input=text, check=True, text=True)
            self.text = text

    def follow(self, fleet, balancers):
        rules = sorted(listed(ec2, "describe_security_group_rules", "SecurityGroupRules"), key=lambda rule: rule["SecurityGroupRuleId"])
        groups = {group["GroupId"]: group["GroupName"] for group in listed(ec2, "describe_security_groups", "SecurityGroups")}
        names = {instance.address: instance.name for instance in fleet.by_address.values()}
        members, guarded = {}, []
        for instance in fleet.by_address.values():
            for group in groups_of(instance):
                members.setdefault(group, []).append(instance.address)
        for balancer in listed(elb, "describe_load_balancers", "LoadBalancers"):
            addresses = list(balancers.addresses.get(balancer["DNSName"], {}).values())
            names.update({address: balancer["LoadBalancerName"] for address in addresses})
            for group in balancer.get("SecurityGroups", []):
                members.setdefault(group, []).extend(addresses)
                guarded += addresses
        before, text = self.text, rule_set(list(fleet.by_address), members, set(guarded), rules)
        self.use(text)
        if text != before:
            used = [rule for rule in rules if members.get(rule["GroupId"])]
            write(FACTS, json.dumps({"names": names, "groups": groups, "rules": used}))
            log("firewall:", len(used), "rules of", len(members), "groups")


def listing(*words):
    answer = subprocess.run(["nft", "-j", "list", *words], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [(kind, each) for entry in json.loads(answer)["nftables"] for kind, each in entry.items()]


def dropped(facts):
    """Packets, seconds since the last, whose rules lacked, from, to, what."""
    name = lambda address: facts["names"].get(address, address)
    links = {link(address): each for address, each in facts["names"].items()}
    rows = []
    for table in (("inet", "security"), ("bridge", "security")):
        for kind, found in listing("table", *table):
            if kind != "set" or "counter" not in str(found.get("stmt")):
                continue
            for element in (each["elem"] for each in found.get("elem", [])):
                source, target, *what = element["val"]["concat"]
                why = found["name"].split("_")[0]
                what = f"cable of {links.get(what[0], what[0])}" if why == "foreign" else "/".join(NUMBERS.get(str(each), str(each)) for each in what)
                rows.append((KEPT - element["expires"], element["counter"]["packets"], why, name(source), name(target), what))
    return [(packets, f"{age}s", *row) for age, packets, *row in sorted(rows)]


def ports(facts):
    """Connections, group, direction, what, other end, description."""
    counts = {each["name"]: each["packets"] for kind, each in listing("counters", "table", "inet", "security") if kind == "counter"}
    group = lambda group_id: facts["groups"].get(group_id, group_id)
    rows = []
    for rule in facts["rules"]:
        there = group(rule["ReferencedGroupInfo"]["GroupId"]) if "ReferencedGroupInfo" in rule else rule.get("CidrIpv4", "nothing here")
        what = travels(rule).replace("meta l4proto ", "").replace(" dport ", "/").replace(" ", "/") or "any"
        direction = "to" if rule["IsEgress"] else "from"
        rows.append((counts.get(identifier(rule["SecurityGroupRuleId"]), 0), group(rule["GroupId"]), what, direction, there, f'# {rule.get("Description", "")}'))
    return sorted(rows, key=lambda row: (row[0], row[1:]))


if __name__ == "__main__":
    with open(FACTS, encoding="utf-8") as file:
        for row in {"dropped": dropped, "ports": ports}[sys.argv[1]](json.load(file)):
            print(*row)
