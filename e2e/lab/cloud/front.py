"""The API's names over TLS, by an authority that the image trusts; behind it the emulator."""
import subprocess

from cloud import IMAGE, REGION, RUN, Haproxy

API = "198.18.0.1"  # a public address, as far as machines can tell
NAMES = f"subjectAltName=DNS:*.{REGION}.amazonaws.com,DNS:*.s3.{REGION}.amazonaws.com"
CONFIG = f"""defaults
  mode http
  timeout connect 2s
  timeout client 1m
  timeout server 1m
  option http-buffer-request
frontend tls
  bind {API}:443 ssl crt {RUN}/api.pem
  http-request set-header X-Forwarded-Proto https
  default_backend emulator
frontend plain
  bind {API}:80
  http-request del-header X-Forwarded-Proto
  default_backend emulator
backend emulator
  server emulator 127.0.0.1:5000
"""


def certificate():
    authority = f"{IMAGE}/authority"
    request = f"openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={REGION}.amazonaws.com -addext {NAMES} -keyout api.key -out api.csr"
    sign = f"openssl x509 -req -in api.csr -CA {authority}/ca.crt -CAkey {authority}/ca.key -CAserial api.srl -CAcreateserial -copy_extensions copy -days 30 -out api.crt"
    for command in (request, sign):
        subprocess.run(command.split(), cwd=RUN, check=True, stderr=subprocess.DEVNULL)
    with open(f"{RUN}/api.pem", "w", encoding="utf-8") as pem:
        for part in ("api.crt", "api.key"):
            with open(f"{RUN}/{part}", encoding="utf-8") as file:
                pem.write(file.read())


class Front:
    def __init__(self):
        certificate()
        subprocess.run(["ip", "address", "replace", f"{API}/32", "dev", "lo"], check=True)
        self.haproxy = Haproxy("front")
        self.haproxy.use(CONFIG)

    def stop(self):
        self.haproxy.stop()
