"""The other sides of sinks, for tests: what Debian ships where it does, and small servers of our own. Not a runner."""
import email
import email.policy
import http.server
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request

TOOLS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds=20):
    """What `what` gives, once it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        got = what()
        if got:
            return got
        time.sleep(0.05)
    raise AssertionError(f"{getattr(what, '__name__', 'it')} did not come about within {seconds} s")


def program(name):
    path = shutil.which(name, path=TOOLS)
    assert path, f"{name} is not installed; .ci/install.sh build test installs it"
    return path


class Web(http.server.ThreadingHTTPServer):
    """Keeps what is posted; answers with `status`, or not at all while `is_silent`."""
    daemon_threads = True

    def __init__(self):
        self.got, self.status, self.is_silent, self.headers = [], 200, False, {}
        super().__init__(("127.0.0.1", 0), Web.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def handle_error(self, request, client_address):
        pass

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words):
            pass

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.got.append((self.path, dict(self.headers), body))
            while self.server.is_silent:
                time.sleep(0.1)
            self.send_response(self.server.status)
            for name, value in self.server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()


class Datagrams:
    """Keeps what comes to a datagram socket: of a path, or of UDP."""

    def __init__(self, path=None):
        self.got = []
        self.socket = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(path or ("127.0.0.1", 0))
        self.port = None if path else self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            self.got.append(self.socket.recv(1 << 20))


class Process:
    """A program of Debian's, in a folder of the test's."""

    def __init__(self, folder, *words):
        self.log = open(os.path.join(folder, os.path.basename(words[0]) + ".log"), "w")
        self.process = subprocess.Popen(words, stdout=self.log, stderr=self.log, cwd=folder)

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Alertmanager(Process):
    def __init__(self, folder):
        self.port = free_port()
        with open(os.path.join(folder, "alertmanager.yml"), "w") as out:
            out.write("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
        super().__init__(folder, program("prometheus-alertmanager"), "--config.file=alertmanager.yml", "--storage.path=alertmanager",
                         f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=")
        wait_for(self.is_ready)

    def is_ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5).status == 200
        except OSError:
            return False

    def active(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v2/alerts?active=true", timeout=5) as answer:
            return json.load(answer)


class Rsyslog(Process):
    """Listens on TCP, in the clear or with TLS (certificate, key); writes what it understood as JSON lines."""

    def __init__(self, folder, certificate=None, key=None):
        self.port = free_port()
        self.out = os.path.join(folder, f"rsyslog-{self.port}.out")
        config = os.path.join(folder, f"rsyslog-{self.port}.conf")
        tls = ""
        if certificate:
            tls = (f'global(DefaultNetstreamDriver="gtls" DefaultNetstreamDriverCAFile="{certificate}" '
                   f'DefaultNetstreamDriverCertFile="{certificate}" DefaultNetstreamDriverKeyFile="{key}")\n')
        driver = 'StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon"' if certificate else ""
        with open(config, "w") as out:
            out.write(f'{tls}module(load="imtcp" {driver})\ninput(type="imtcp" address="127.0.0.1" port="{self.port}")\n'
                      'template(name="rows" type="list" option.jsonf="on") {\n'
                      ' property(outname="app" name="app-name" format="jsonf") property(outname="msgid" name="msgid" format="jsonf")\n'
                      ' property(outname="facility" name="syslogfacility-text" format="jsonf")\n'
                      ' property(outname="severity" name="syslogseverity-text" format="jsonf")\n'
                      ' property(outname="data" name="structured-data" format="jsonf") property(outname="msg" name="msg" format="jsonf")\n'
                      '}\n'
                      f'action(type="omfile" file="{self.out}" template="rows")\n')
        super().__init__(folder, program("rsyslogd"), "-n", "-f", config, "-i", os.path.join(folder, f"rsyslog-{self.port}.pid"))
        wait_for(self.is_open)

    def is_open(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
            return True
        except OSError:
            return False

    def rows(self):
        try:
            with open(self.out) as lines:
                return [json.loads(line) for line in lines if line.strip()]
        except FileNotFoundError:
            return []


class Mail(Process):
    """aiosmtpd of Debian, whichever Python runs the tests; keeps messages in a maildir."""

    def __init__(self, folder):
        self.port, self.box = free_port(), os.path.join(folder, "mail")
        super().__init__(folder, "/usr/bin/python3", "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{self.port}",
                         "-c", "aiosmtpd.handlers.Mailbox", self.box)
        wait_for(self.is_open)

    def is_open(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
            return True
        except OSError:
            return False

    def messages(self):
        folder = os.path.join(self.box, "new")
        found = []
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, name), "rb") as message:
                found.append(email.message_from_binary_file(message, policy=email.policy.default))
        return found


def read_journal_entry(datagram):
    """Fields of the journal's native protocol."""
    fields, at = {}, 0
    while at < len(datagram):
        end = datagram.index(b"\n", at)
        line = datagram[at:end]
        at = end + 1
        if b"=" in line:
            name, value = line.split(b"=", 1)
        else:
            size = int.from_bytes(datagram[at:at + 8], "little")
            name, value = line, datagram[at + 8:at + 8 + size]
            at += 8 + size + 1
        fields.setdefault(name.decode(), []).append(value.decode())
    return fields
