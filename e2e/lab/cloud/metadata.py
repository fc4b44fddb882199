"""The metadata service: version 2 only (a token first), each machine about itself, known by its address."""
import http.server
import json
import secrets
import socket
import socketserver
import threading
import time

from cloud import LINK_LOCAL, REGION, iam, sts

ACCOUNT = "123456789012"


def tree_of(instance):
    described, template = instance.described, instance.template
    role = role_of(template.get("IamInstanceProfile") or described.get("IamInstanceProfile") or {})
    zone = described["Placement"]["AvailabilityZone"]
    common = {"instanceId": instance.id, "instanceType": described["InstanceType"], "imageId": described["ImageId"]}
    document = {**common, "accountId": ACCOUNT, "architecture": "x86_64", "availabilityZone": zone, "privateIp": instance.address, "region": REGION, "version": "2017-09-30"}
    data = {
        "ami-id": described["ImageId"],
        "hostname": instance.dns_name,
        "instance-id": instance.id,
        "instance-type": described["InstanceType"],
        "local-hostname": instance.dns_name,
        "local-ipv4": instance.address,
        "placement": {"availability-zone": zone, "region": REGION},
        "services": {"domain": "amazonaws.com", "partition": "aws"},
    }
    if role:
        data["iam"] = {"security-credentials": {role["RoleName"]: lambda: credentials(role, instance)}}
    if options_of(instance).get("InstanceMetadataTags") == "enabled":
        data["tags"] = {"instance": instance.tags}
    return {"meta-data": data, "dynamic": {"instance-identity": {"document": json.dumps(document)}}, "user-data": lambda: instance.user_data}


def options_of(instance):
    return instance.template.get("MetadataOptions") or instance.described.get("MetadataOptions") or {}


def role_of(profile):
    name = profile.get("Name") or profile.get("Arn", "").split("/")[-1]
    roles = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"] if name else []
    return roles[0] if roles else None


def credentials(role, instance):
    found = sts.assume_role(RoleArn=role["Arn"], RoleSessionName=instance.id)["Credentials"]
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    return json.dumps(
        {
            "Code": "Success",
            "LastUpdated": time.strftime(stamp, time.gmtime()),
            "Type": "AWS-HMAC",
            "AccessKeyId": found["AccessKeyId"],
            "SecretAccessKey": found["SecretAccessKey"],
            "Token": found["SessionToken"],
            "Expiration": found["Expiration"].strftime(stamp),
        }
    )


class Metadata(http.server.BaseHTTPRequestHandler):
    fleet = None
    tokens = {}  # token -> (address, end)

    def answer(self, status, body=b""):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        address = self.client_address[0]
        seconds = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
        instance = self.fleet.by_address.get(address)
        if self.path != "/latest/api/token" or not seconds.isdigit() or not 1 <= int(seconds) <= 21600:
            return self.answer(400)
        if instance is None or "X-Forwarded-For" in self.headers:
            return self.answer(403)
        # The answer dies on its way to whoever is further off than the template says, such as a pod.
        hops = int(options_of(instance).get("HttpPutResponseHopLimit") or 1)
        self.connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
        token = secrets.token_urlsafe(42)
        self.tokens[token] = (address, time.time() + int(seconds))
        return self.answer(200, token)

    def do_GET(self):
        address, end = self.tokens.get(self.headers.get("X-aws-ec2-metadata-token"), (None, 0))
        if address != self.client_address[0] or end < time.time():
            return self.answer(401)
        instance = self.fleet.by_address.get(address)
        _, *words = self.path.strip("/").split("/")  # first the version: `latest` or a date
        found = tree_of(instance) if instance else None
        for word in words:
            found = found.get(word) if isinstance(found, dict) else None
        if found is None:
            return self.answer(404)
        if isinstance(found, dict):
            return self.answer(200, "\n".join(name + ("/" if isinstance(value, dict) else "") for name, value in found.items()))
        return self.answer(200, found() if callable(found) else found)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64


def serve(fleet):
    Metadata.fleet = fleet
    threading.Thread(target=Server((LINK_LOCAL, 80), Metadata).serve_forever, daemon=True).start()
