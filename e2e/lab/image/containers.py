#!/usr/bin/env python3
"""containers.py OUT ROOT PARTS KUBERNETES...: every container image that kubeadm asks for, in one archive that containerd imports.

The images are the programs of PARTS in one layer that all share, and on it those of one of the folders KUBERNETES, each of a
version. ROOT is a Debian root file system that lends kube-proxy nft, conntrack and what they read.
"""
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile

FOLDERS = ("usr", "usr/local", "usr/local/bin", "usr/sbin", "lib", "lib/x86_64-linux-gnu", "lib64", "etc", "tmp", "var", "run")
PROGRAMS = ("etcd", "coredns", "pause")
LINKS = {name: "etcd" for name in ("etcdctl", "etcdutl")}
KUBERNETES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubectl")
ENTRYPOINTS = {"coredns": ["/usr/local/bin/coredns"], "pause": ["/usr/local/bin/pause"]}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Layer:
    """A tar file without anything that changes from one build to the next."""

    def __init__(self):
        self.data = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.data, mode="w")

    def entry(self, name, kind, mode=0o755, target="", content=b""):
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.linkname, info.size = kind, mode, target, len(content)
        self.tar.addfile(info, io.BytesIO(content))

    def file(self, name, path):
        if name not in self.tar.getnames():
            with open(os.path.realpath(path), "rb") as file:
                self.entry(name, tarfile.REGTYPE, content=file.read())

    def close(self):
        self.tar.close()
        return self.data.getvalue()


def shared_layer(parts, root):
    layer = Layer()
    for folder in FOLDERS:
        layer.entry(folder, tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755)
    for program in PROGRAMS:
        layer.file(f"usr/local/bin/{program}", f"{parts}/{program}")
    for link, program in LINKS.items():
        layer.entry(f"usr/local/bin/{link}", tarfile.SYMTYPE, target=program)
    for tool in ("usr/sbin/nft", "usr/sbin/conntrack"):
        layer.file(tool, f"{root}/{tool}")
        for word in run("chroot", root, "ldd", f"/{tool}").split():
            if word.startswith("/lib"):
                layer.file(word[1:], root + run("chroot", root, "readlink", "-f", word).strip())
    # Without it nft lists tcp as 6; kube-proxy then takes its own elements for leftovers and deletes them.
    layer.file("etc/protocols", f"{root}/etc/protocols")
    return layer.close()


def kubernetes_layer(folder):
    layer = Layer()
    layer.file("usr/local/bin/kube", f"{folder}/kube-apiserver")
    for link in KUBERNETES:
        layer.entry(f"usr/local/bin/{link}", tarfile.SYMTYPE, target="kube")
    return layer.close()


def main(out, root, parts, *folders):
    archive, manifest = Layer(), {}

    def add(layer):
        digest = hashlib.sha256(layer).hexdigest()
        archive.entry(f"{digest}.tar", tarfile.REGTYPE, content=layer)
        return digest

    shared = add(shared_layer(parts, root))
    for folder in folders:
        layers = [shared, add(kubernetes_layer(folder))]
        version = run(f"{folder}/kubeadm", "version", "-o", "short").strip()
        for image in run(f"{folder}/kubeadm", "config", "images", "list", "--kubernetes-version", version).split():
            name = image.split("/")[-1].split(":")[0]
            settings = {"Env": ["PATH=/usr/local/bin:/usr/sbin"], "Labels": {"image": image}}
            if name in ENTRYPOINTS:
                settings["Entrypoint"] = ENTRYPOINTS[name]
            rootfs = {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in layers]}
            content = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs, "config": settings}).encode()
            file = hashlib.sha256(content).hexdigest() + ".json"
            archive.entry(file, tarfile.REGTYPE, content=content)
            manifest[image] = {"Config": file, "RepoTags": [image], "Layers": [f"{digest}.tar" for digest in layers]}
    archive.entry("manifest.json", tarfile.REGTYPE, content=json.dumps(list(manifest.values())).encode())
    with open(out, "wb") as file:
        file.write(archive.close())


main(*sys.argv[1:])
