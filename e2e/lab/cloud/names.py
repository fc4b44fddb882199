"""The resolver at 169.254.169.254: machines, load balancers, private zones, and the API's own names; nothing else exists."""
import os

from cloud import LAB, LINK_LOCAL, REGION, RUN, listed, route53, started, write
from front import API

HOSTS = f"{RUN}/hosts.d"


class Names:
    def __init__(self):
        os.makedirs(HOSTS, exist_ok=True)
        self.text = None
        self.process = started(
            ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--no-poll", "--bind-interfaces", f"--listen-address={LINK_LOCAL}"]
            + ["--user=root", "--pid-file=", "--log-facility=-", f"--hostsdir={HOSTS}", f"--address=/{REGION}.amazonaws.com/{API}"]
            + ["--local=/amazonaws.com/", "--local=//"],
            f"{RUN}/dnsmasq.log",
        )

    def follow(self, fleet, balancers):
        balanced = {name: self.reachable(zones) for name, zones in balancers.addresses.items()}
        lines = [f"{instance.address} {instance.dns_name}" for instance in fleet.by_address.values()]
        lines += [f"{address} {name}" for name, addresses in balanced.items() for address in addresses]
        for zone in listed(route53, "list_hosted_zones", "HostedZones"):
            for record in listed(route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"]):
                target = record.get("AliasTarget", {}).get("DNSName", "").rstrip(".")
                lines += [f'{address} {record["Name"].rstrip(".")}' for address in balanced.get(target, [])]
        text = "\n".join(sorted(lines)) + "\n"
        if text != self.text:
            write(f"{RUN}/hosts", text)
            os.replace(f"{RUN}/hosts", f"{HOSTS}/hosts")  # dnsmasq reads the folder again by itself
            self.text = text

    def reachable(self, zones):
        """A zone that is cut off takes its address out of the name, as a balancer's own health check does."""
        open_zones = [address for zone, address in sorted(zones.items()) if not os.path.exists(f"{LAB}/run/cut/{zone}")]
        return open_zones or sorted(zones.values())

    def stop(self):
        self.process.terminate()
