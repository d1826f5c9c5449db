"""Two network namespaces with a cable between them, a web server in one, clients in the other. Not a runner."""
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time

CLONE_NEWNET = 0x40000000
NGINX = """daemon off;
error_log %(dir)s/error.log;
pid %(dir)s/pid;
events {}
http {
  access_log off;
  server {
    listen %(address)s:443 ssl http2;
    listen %(address)s:80;
    ssl_certificate %(dir)s/certificate.pem;
    ssl_certificate_key %(dir)s/key.pem;
    location / { return 200 "here\\n"; }
  }
}
"""


def missing():
    """Why there can be none, or None."""
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    for program in ("ip", "nginx", "openssl", "curl"):
        if not shutil.which(program):
            return f"needs {program}"
    name = f"assocd-p{os.getpid()}"
    for words in (("ip", "netns", "add", name), ("ip", "-n", name, "link", "set", "lo", "up")):
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 0:  # in a chroot that is no mount point, too
            break
    subprocess.run(["ip", "netns", "delete", name], capture_output=True)
    return None if done.returncode == 0 else f"this machine gives no network namespaces: {done.stderr.strip()}"


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


class Net:
    """`server` and `client` are namespaces; the cable's ends are `wire` in both, 10.77.0.1 and 10.77.0.2."""
    SERVER, CLIENT, PORT = "10.77.0.1", "10.77.0.2", 443

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="assocd-net-")
        os.chmod(self.dir, 0o755)
        mark = str(os.getpid())
        self.server, self.client = "assocd-s" + mark, "assocd-c" + mark
        self.nginx = None
        for name in (self.server, self.client):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        self.plug_in()

    def plug_in(self):
        run("ip", "link", "add", "wire", "netns", self.server, "type", "veth", "peer", "name", "wire", "netns", self.client)
        for name, address in ((self.server, self.SERVER), (self.client, self.CLIENT)):
            run("ip", "-n", name, "address", "add", address + "/24", "dev", "wire")
            run("ip", "-n", name, "link", "set", "wire", "up")

    def unplug(self):
        run("ip", "-n", self.server, "link", "delete", "wire")

    def serve(self):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=shop.example", "-keyout", self.dir + "/key.pem", "-out", self.dir + "/certificate.pem")
        with open(self.dir + "/nginx.conf", "w") as out:
            out.write(NGINX % {"dir": self.dir, "address": self.SERVER})
        self.nginx = self.start(self.server, "nginx", "-p", self.dir, "-e", self.dir + "/error.log", "-c", self.dir + "/nginx.conf")
        for _ in range(100):
            if subprocess.run(["ip", "netns", "exec", self.client, "curl", "-sk", f"https://{self.SERVER}/"], capture_output=True).returncode == 0:
                return
            time.sleep(0.05)
        raise AssertionError("nginx does not answer")

    def start(self, name, *words):
        return subprocess.Popen(["ip", "netns", "exec", name, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def curl(self, port, agent, *more):
        done = subprocess.run(["ip", "netns", "exec", self.client, "curl", "-sk", "--local-port", str(port), "-A", agent, *more,
                               f"https://{self.SERVER}/"], capture_output=True, text=True, timeout=20)
        assert done.returncode == 0 and done.stdout == "here\n", (done.returncode, done.stderr)

    def s_client(self, port, *more):
        done = subprocess.run(["ip", "netns", "exec", self.client, "openssl", "s_client", "-connect", f"{self.SERVER}:443",
                               "-bind", f"{self.CLIENT}:{port}", *more], input="", capture_output=True, text=True, timeout=20)
        assert "CONNECTED" in done.stdout, done.stderr

    def send(self, port, datagrams):
        """From that port to the server's 443."""
        script = ("import socket, sys\nout = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nout.bind((sys.argv[1], int(sys.argv[2])))\n"
                  "for line in sys.stdin:\n    out.sendto(bytes.fromhex(line), (sys.argv[3], 443))\n")
        done = subprocess.run(["ip", "netns", "exec", self.client, sys.executable, "-c", script, self.CLIENT, str(port), self.SERVER],
                              input="".join(d.hex() + "\n" for d in datagrams), capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, done.stderr

    def enter(self):
        """This process and what it starts live in the server's namespace from here on."""
        with open("/run/netns/" + self.server) as handle:
            assert ctypes.CDLL(None).setns(handle.fileno(), CLONE_NEWNET) == 0

    def discard(self):
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait()
        for name in (self.server, self.client):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)
        shutil.rmtree(self.dir, ignore_errors=True)
