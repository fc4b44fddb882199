"""Instances of the API become machines; what is gone from the API loses its machine and its disks."""
import base64
import functools
import ipaddress
import os

from cloud import REGION, RUN, ec2, listed, log, machines


class Instance:
    """An instance as the API describes it, with what its launch template says at its start."""

    def __init__(self, described):
        self.described = described
        self.id = described["InstanceId"]
        self.address = described["PrivateIpAddress"]
        self.dns_name = described["PrivateDnsName"]
        self.name = self.dns_name.split(".")[0]
        self.zone = described["Placement"]["AvailabilityZone"].removeprefix(REGION)
        self.template = template_of(self.tags)

    @property
    def tags(self):
        return {tag["Key"]: tag["Value"] for tag in self.described.get("Tags", [])}

    @property
    def gateway(self):
        network = subnet_range(self.described["SubnetId"])
        return f"{network[1]}/{network.prefixlen}"

    @property
    def user_data(self):
        path = f"{RUN}/user-data/{self.id}"
        if not os.path.exists(path):  # what it was started with, though the template may go on
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(base64.b64decode(self.template.get("UserData") or user_data_of(self.id)))
        with open(path, "rb") as file:
            return file.read()

    @property
    def data_disk(self):
        """The id and the GiB of the disk that is not the root's, or nothing."""
        root = self.described.get("RootDeviceName")
        found = [disk["Ebs"]["VolumeId"] for disk in self.described["BlockDeviceMappings"] if disk["DeviceName"] != root]
        if not found:
            return []
        [volume] = ec2.describe_volumes(VolumeIds=found[:1])["Volumes"]
        return [volume["VolumeId"], str(volume["Size"])]


def template_of(tags):
    """The emulator copies neither profile nor metadata options from a launch template to the instance."""
    template = tags.get("aws:ec2launchtemplate:id")
    if not template:
        return {}
    version = tags["aws:ec2launchtemplate:version"]
    return ec2.describe_launch_template_versions(LaunchTemplateId=template, Versions=[version])["LaunchTemplateVersions"][0]["LaunchTemplateData"]


def user_data_of(instance_id):
    return ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="userData")["UserData"].get("Value", "")


@functools.cache
def subnet_range(subnet_id):
    return ipaddress.ip_network(ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["CidrBlock"])


class Fleet:
    def __init__(self):
        self.by_address = {}
        # Id to name of what has a machine, also by a cloud side before this one.
        self.booted = {words[1]: words[0] for words in map(str.split, machines("list").splitlines())}

    def look(self):
        """What should run, as the API tells it; no machine is touched yet."""
        running = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
        wanted = {each["InstanceId"]: each for page in listed(ec2, "describe_instances", "Reservations", Filters=running) for each in page["Instances"]}
        for instance in list(self.by_address.values()):
            if instance.id in wanted:
                instance.described = wanted.pop(instance.id)
            else:
                del self.by_address[instance.address]
        for described in wanted.values():
            instance = Instance(described)
            _ = instance.user_data
            self.by_address[instance.address] = instance

    def settle(self):
        running = {instance.id for instance in self.by_address.values()}
        for gone in self.booted.keys() - running:
            machines("remove", self.booted[gone])
            log("removed", gone, self.booted.pop(gone))
        for instance in self.by_address.values():
            if instance.id not in self.booted:
                machines("remove", instance.name)  # what a start that failed has left
                machines("boot", instance.name, instance.id, instance.zone, instance.address, instance.gateway, *instance.data_disk)
                self.booted[instance.id] = instance.name
                log("booted", instance.id, instance.name, instance.zone)
