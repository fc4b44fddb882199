"""fake_cloud.py STATE COMMAND...: runs a command beside a stand-in for the cloud, inside a sandbox.

It answers at 169.254.169.254 (metadata, version 2 only) and, over TLS, for SSM, S3 and EC2. Every signature is computed again
and refused if it is wrong. What it stores are files in STATE, which several machines may share:

  MACHINE.json                  what the machine is (id, address, zone, region, type, name)
  parameters/ objects/ kinds/   SSM parameters, S3 objects, and the parameters' types
  writers/                      who wrote a parameter, when, and in how many versions: {by, at, versions}
  instances.json                what DescribeInstances knows: a list of {id, state, launched, address, name, tags}
  caller                        whose ARN a writer has
  has-another-answer            while there: whoever asks for a certificate takes the request back while it is answered
  down, denied                  while there: the API answers 500, or refuses
  calls                         a line for each call

FAKE_MACHINE names the machine; at FAKE_LISTEN (address:port) something accepts connections, as an etcd would.
"""

import hashlib
import hmac
import http.server
import json
import os
import re
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

STATE = sys.argv[1]
OWN = os.environ["FAKE_MACHINE"]
KEYS = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "Token": "to/ken+=="}
REGION = "eu-central-1"
NAMES = [f"ssm.{REGION}.amazonaws.com", f"ec2.{REGION}.amazonaws.com", f"shop-bucket.s3.{REGION}.amazonaws.com"]


def path(*parts):
    return os.path.join(STATE, *parts)


def note(line):
    with open(path("calls"), "a") as file:
        file.write(f"{OWN} {line}\n")


def metadata():
    with open(path(OWN + ".json")) as file:
        return json.load(file)


def signature_is_right(handler, body):
    headers = {name.lower(): value for name, value in handler.headers.items()}
    found = re.match(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d+)/([^/]+)/([^/]+)/aws4_request, *SignedHeaders=([^,]+), *Signature=(\w+)", headers.get("authorization", ""))
    if not found:
        return False
    access, day, region, service, names, signature = found.groups()
    unsigned = [name for name in headers if name.startswith("x-amz-") and name not in names.split(";")]
    url = urllib.parse.urlsplit(handler.path)
    digest = hashlib.sha256(body).hexdigest()
    if service == "s3" and headers.get("x-amz-content-sha256") != digest:
        return False
    canonical = "\n".join(
        [handler.command, url.path, url.query]
        + [f"{name}:{' '.join(headers[name].split())}" for name in names.split(";")]
        + ["", names, headers.get("x-amz-content-sha256", digest)]
    )
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + KEYS["SecretAccessKey"]).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    right = hmac.new(key, text.encode(), hashlib.sha256).hexdigest() == signature
    return right and access == KEYS["AccessKeyId"] and headers.get("x-amz-security-token") == KEYS["Token"] and not unsigned


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body=b""):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        if self.headers.get("Expect") == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))


class Metadata(Handler):
    def do_PUT(self):
        self.reply(200, "token")

    def do_GET(self):
        if self.headers.get("X-aws-ec2-metadata-token") != "token":
            return self.reply(401)
        about = metadata()
        answers = {
            "dynamic/instance-identity/document": json.dumps(
                {"privateIp": about["address"], "availabilityZone": about["zone"], "region": REGION, "instanceId": about["id"], "instanceType": "m7i.large"}
            ),
            "meta-data/local-hostname": about["name"],
            "meta-data/iam/security-credentials/": "role",
            "meta-data/iam/security-credentials/role": json.dumps(KEYS, indent=2),
        }
        found = answers.get(self.path.removeprefix("/latest/"))
        return self.reply(404) if found is None else self.reply(200, found)


class Api(Handler):
    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        self.answer(self.body())

    def do_PUT(self):
        self.answer(self.body())

    def answer(self, body):
        if not signature_is_right(self, body):
            note("WRONG SIGNATURE")
            return self.reply(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>")
        if os.path.exists(path("down")):
            return self.reply(500, '{"__type": "InternalServerError"}')
        if os.path.exists(path("denied")):
            return self.reply(400, '{"__type": "AccessDeniedException"}')
        service = self.headers["Host"].split(".")[0]
        return {"ssm": self.ssm, "ec2": self.ec2}.get(service, self.s3)(body)

    def ssm(self, body):
        action, wish = self.headers["X-Amz-Target"].split(".")[1], json.loads(body)
        if action == "DeleteParameters":
            return self.delete(wish["Names"])
        if action == "DescribeParameters":
            return self.reply(200, '{"Parameters": [{"Type": "SecureString", "KeyId": "key"}]}')
        name = (wish.get("Name") or wish["Path"]).removeprefix("/hacluster/shop/1a2b3c4d/")
        file = path("parameters", name.replace("/", "~"))
        note(f"ssm:{action} {name}")
        if action == "GetParameter":
            if not os.path.exists(file):
                return self.reply(400, '{"__type": "ParameterNotFound"}')
            with open(file) as stored:
                return self.reply(200, json.dumps({"Parameter": {"Value": stored.read()}}))
        if action == "DeleteParameter":
            if not os.path.exists(file):
                return self.reply(400, '{"__type": "ParameterNotFound"}')
            os.remove(file)
            return self.reply(200, "{}")
        if action == "GetParametersByPath":
            return self.page(name + "/", int(wish.get("NextToken", 0)), wish["MaxResults"])
        if action == "GetParameterHistory":
            return self.history(file, name)
        if name.startswith("access/certificates/") and os.path.exists(path("has-another-answer")):
            os.remove(path("parameters", name.replace("/", "~").replace("certificates", "requests")))
        try:
            with open(file, "w" if wish["Overwrite"] else "x") as stored:
                stored.write(wish["Value"])
        except FileExistsError:
            return self.reply(400, '{"__type": "ParameterAlreadyExists"}')
        self.note_writer(name)
        with open(path("kinds", name.replace("/", "~")), "w") as stored:
            stored.write(wish["Type"] + " " + wish.get("KeyId", ""))
        if os.path.exists(path("lost-answers")):
            # Done, but nobody hears of it.
            os.remove(path("lost-answers"))
            self.close_connection = True
            return None
        return self.reply(200, '{"Version": 1}')

    @staticmethod
    def note_writer(name):
        """`caller` is who signs: all have the same keys."""
        if not os.path.exists(path("caller")):
            return
        file = path("writers", name.replace("/", "~"))
        with open(path("caller")) as caller, open(file, "w") as stored:
            json.dump({"by": caller.read(), "at": time.time()}, stored)

    def delete(self, names):
        files = [path("parameters", name.removeprefix("/hacluster/shop/1a2b3c4d/").replace("/", "~")) for name in names]
        for file in files:
            if os.path.exists(file):
                os.remove(file)
        return self.reply(200, "{}")

    @staticmethod
    def written(name):
        with open(path("writers", name)) as stored:
            return json.load(stored)

    def page(self, prefix, begin, most):
        names = sorted(name for name in os.listdir(path("parameters")) if name.startswith(prefix.replace("/", "~")))
        found = [{"Name": "/hacluster/shop/1a2b3c4d/" + name.replace("~", "/"), "LastModifiedDate": self.written(name)["at"]} for name in names[begin : begin + most]]
        more = {"NextToken": str(begin + most)} if begin + most < len(names) else {}
        return self.reply(200, json.dumps({"Parameters": found, **more}))

    def history(self, file, name):
        if not os.path.exists(file):
            return self.reply(400, '{"__type": "ParameterNotFound"}')
        about = self.written(os.path.basename(file))
        with open(file) as stored:
            value = stored.read()
        versions = range(1, about.get("versions", 1) + 1)
        return self.reply(200, json.dumps({"Parameters": [{"Version": each, "Value": value, "LastModifiedDate": about["at"], "LastModifiedUser": about["by"]} for each in versions]}))

    def s3(self, body):
        key = urllib.parse.urlsplit(self.path).path.lstrip("/")
        file = path("objects", key.replace("/", "~"))
        note(f"s3:{self.command} {key}")
        if self.command == "PUT":
            with open(file, "wb") as stored:
                stored.write(body)
            return self.reply(200)
        if not os.path.exists(file):
            return self.reply(404, "<Error><Code>NoSuchKey</Code></Error>")
        with open(file, "rb") as stored:
            return self.reply(200, stored.read())

    def ec2(self, body):
        wish = dict(urllib.parse.parse_qsl(body.decode()))
        note(f"ec2:{wish['Action']}")
        with open(path("instances.json")) as file:
            found = json.load(file)
        if "InstanceId.1" in wish:
            found = [one for one in found if one["id"] == wish["InstanceId.1"]]
            if not found:
                return self.reply(400, "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code></Error></Errors></Response>")
        for number in (1, 2):
            name, value = wish.get(f"Filter.{number}.Name"), wish.get(f"Filter.{number}.Value.1")
            if name:
                found = [one for one in found if self.field(one, name) == value]
        items = "".join(self.item(one) for one in found)
        return self.reply(200, f'<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item><instancesSet>{items}</instancesSet></item></reservationSet></DescribeInstancesResponse>')

    @staticmethod
    def field(one, name):
        if name.startswith("tag:"):
            return one["tags"].get(name[4:])
        return {"private-ip-address": one["address"], "private-dns-name": one["name"]}[name]

    @staticmethod
    def item(one):
        tags = "".join(f"<item><key>{key}</key><value>{value}</value></item>" for key, value in one["tags"].items())
        return (
            f"<item><instanceId>{one['id']}</instanceId><instanceState><name>{one['state']}</name></instanceState>"
            f"<privateDnsName>{one['name']}</privateDnsName><privateIpAddress>{one['address']}</privateIpAddress>"
            f"<launchTime>{one['launched']}</launchTime><tagSet>{tags}</tagSet></item>"
        )


class Server(http.server.ThreadingHTTPServer):
    def server_bind(self):
        # The library's own asks a name server for its name, and there is none here.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address


def main():
    for folder in ("parameters", "objects", "kinds", "writers"):
        os.makedirs(path(folder), exist_ok=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "/run/cloud.key", "-out", "/run/cloud.crt",
         "-days", "2", "-subj", "/CN=cloud", "-addext", "subjectAltName=" + ",".join("DNS:" + name for name in NAMES)],
        check=True, capture_output=True,
    )
    with open("/etc/hosts", "a") as hosts:
        hosts.write("".join(f"10.20.0.6 {name}\n" for name in NAMES))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/run/cloud.crt", "/run/cloud.key")
    api = Server(("10.20.0.6", 443), Api)
    api.socket = context.wrap_socket(api.socket, server_side=True)
    for server in (api, Server(("169.254.169.254", 80), Metadata)):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    if "FAKE_LISTEN" in os.environ:
        address, port = os.environ["FAKE_LISTEN"].split(":")
        listening = socket.create_server((address, int(port)))
        threading.Thread(target=lambda: [listening.accept() for _ in iter(int, 1)], daemon=True).start()
    # For the cloud's names only: the API server is verified by the cluster's own authority.
    sys.exit(subprocess.run(sys.argv[2:], env={**os.environ, "CURL_CA_BUNDLE": "/run/cloud.crt"}).returncode)


main()
