#!/usr/bin/env python3
"""TLS on the HTTP door, asked by curl and openssl; certificates that are wrong in every way, at a reload and from a client."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from daemon import BUILD, Daemon, run_tests


def write(path, text):
    with open(path, "w") as out:
        out.write(text)


def openssl(*words, folder):
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Certificates:
    """An authority and what it issues, in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.self_signed("ca", "/CN=assocd test authority")

    def self_signed(self, name, subject):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", subject,
                "-keyout", f"{name}.key", "-out", f"{name}.pem", folder=self.folder)

    def issue(self, name, days=2, subject="/CN=localhost"):
        with open(os.path.join(self.folder, "san"), "w") as out:
            out.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout", f"{name}.key",
                "-out", f"{name}.csr", folder=self.folder)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", str(days),
                "-extfile", "san", "-out", f"{name}.pem", folder=self.folder)

    def put(self, certificate, key):
        """In the place that the daemon reads."""
        shutil.copy(os.path.join(self.folder, certificate), os.path.join(self.folder, "server.pem"))
        shutil.copy(os.path.join(self.folder, key), os.path.join(self.folder, "server.key"))


class Guarded(Daemon):
    def __init__(self, config=""):
        super().__init__(f"tls_certificate: server.pem\ntls_key: server.key\n{config}")
        self.made = Certificates(self.dir)
        self.made.issue("good")
        self.made.put("good.pem", "good.key")

    def start(self, wait=True):
        super().start(wait=False)
        self.wait_log("listening on")
        return self

    def curl(self, path, *options):
        """Status and body over TLS, the authority trusted; status 0: no answer."""
        done = subprocess.run(["curl", "-s", "--cacert", self.path("ca.pem"), "-w", "\n%{http_code}", *options,
                               f"https://localhost:{self.port}{path}"], capture_output=True, text=True, timeout=30)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def shown_serial(self):
        """Of the certificate that a new connection is shown."""
        greeting = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{self.port}"], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=30).stdout
        return subprocess.run(["openssl", "x509", "-noout", "-serial"], input=greeting, capture_output=True, text=True).stdout.strip()

    def serial_of(self, name):
        return openssl("x509", "-noout", "-serial", "-in", name, folder=self.dir).strip()

    def reload(self, expected):
        with open(self.log) as log:
            before = len(log.read())
        self.process.send_signal(signal.SIGHUP)
        for _ in range(400):
            said = self.read_log()[before:]
            if " tls: " in said and "rules" in said:
                break
            time.sleep(0.05)
        assert expected in said, (expected, said)


    def told_of_reload(self, *client):
        """What monitoring is told of the certificate read last: the gauge, and the reason that status gives."""
        gauge = [line.split()[1] for line in self.curl("/metrics", *client)[1].splitlines()
                 if line.startswith('assocd_last_reload_successful{part="certificate"}')]
        status = self.curl("/v1/status", "-H", "Authorization: Bearer " + self.token(), *client)[1]
        return gauge, json.loads(status)["reload_refused"].get("certificate")


SERVER = []


def it_speaks_tls_and_nothing_else_there():
    d = SERVER[0]
    assert d.curl("/readyz") == (200, "ready\n")
    assert d.curl("/readyz", "--tls-max", "1.2")[0] == 200
    assert d.curl("/readyz", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0")[0] == 0
    plain = subprocess.run(["curl", "-s", f"http://localhost:{d.port}/readyz"], capture_output=True, timeout=30)
    assert plain.returncode != 0 and plain.stdout == b"", plain
    stranger = subprocess.run(["curl", "-s", f"https://localhost:{d.port}/readyz"], capture_output=True, timeout=30)
    assert stranger.returncode == 60, stranger  # the authority is not one of the system's


def large_bodies_and_answers_pass():
    d = SERVER[0]
    lines = [json.dumps({"ts": int(time.time() * 1000), "type": "login", "account": f"a{i}", "id": f"t{i}", "x_fill": "f" * 900}) for i in range(3000)]
    with open(d.path("lines"), "w") as out:
        out.write("\n".join(lines) + "\n")
    bearer = ("-H", "Authorization: Bearer " + d.token())
    status, text = d.curl("/v1/events", *bearer, "-H", "Content-Type: application/x-ndjson", "--data-binary", "@" + d.path("lines"))
    assert status == 200 and json.loads(text)["accepted"] == 3000, text
    status, text = d.curl("/openapi.json", *bearer)
    assert status == 200 and json.loads(text)["openapi"].startswith("3.1"), text[:100]


def assocctl_finds_its_way_in():
    d = SERVER[0]
    assert d.ctl("status")[0] == 0
    program = [os.path.join(BUILD, "assocctl"), "--url", f"https://localhost:{d.port}", "--token-file", os.path.join(d.state, "admin.token")]
    done = subprocess.run([*program, "--ca", d.path("ca.pem"), "status"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    done = subprocess.run([*program, "status"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "its certificate is not trusted: " in done.stderr and "--ca" in done.stderr, done.stderr
    assert "unable to get local issuer certificate" in done.stderr, done.stderr
    done = subprocess.run([*program, "check"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and done.stdout.startswith("ASSOCD CRITICAL - its certificate is not trusted: "), done.stdout
    assert "local issuer certificate; --ca names the file" in done.stdout and "no daemon" not in done.stdout, done.stdout
    with open(d.path("wrong.token"), "w") as out:
        out.write("0" * 64 + "\n")
    for token, why in (("wrong.token", "token"), ("none.token", f"there is no token file {d.path('none.token')}")):
        done = subprocess.run([*program[:3], "--token-file", d.path(token), "--ca", d.path("ca.pem"), "check"], capture_output=True,
                              text=True, timeout=60)
        assert done.returncode == 3 and done.stdout.startswith("ASSOCD UNKNOWN - ") and why in done.stdout, done.stdout


def a_new_certificate_is_taken_at_a_reload():
    d = SERVER[0]
    d.made.issue("next")
    assert d.shown_serial() == d.serial_of("good.pem")
    with socket.create_connection(("127.0.0.1", d.port)):  # one that has not greeted yet
        d.made.put("next.pem", "next.key")
        d.reload("is in use for new connections")
    assert d.shown_serial() == d.serial_of("next.pem")


def a_wrong_certificate_leaves_the_old_one_in_use():
    d = SERVER[0]
    d.made.issue("old", days=-1)
    d.made.self_signed("own", "/CN=localhost")
    with open(d.path("next.pem")) as whole, open(d.path("half.pem"), "w") as half:
        half.write(whole.read()[:400])
    with open(d.path("next.key")) as whole, open(d.path("half.key"), "w") as half:
        half.write(whole.read()[:100])
    open(d.path("empty"), "w").close()
    for certificate, key, said in (
        ("half.pem", "next.key", "holds no whole certificate chain"), ("next.pem", "half.key", "holds no whole private key"),
        ("empty", "next.key", "holds no whole certificate chain"), ("next.pem", "good.key", "is not the key of the certificate"),
        ("old.pem", "old.key", "has expired"), ("own.pem", "own.key", "has signed itself"),
    ):
        d.made.put(certificate, key)
        d.reload(said)
        assert "the old certificate stays in use" in d.read_log(), d.read_log()
        assert d.shown_serial() == d.serial_of("next.pem"), certificate
        gauge, why = d.told_of_reload()
        assert gauge == ["0"] and said in why and d.path("server.") in why, (gauge, why)
    os.unlink(d.path("server.key"))
    d.reload("No such file")
    assert d.curl("/readyz")[0] == 200  # events are taken all the same
    status, said = d.ctl("status")
    assert status == 1 and "the daemon shows another one than " + d.path("server.pem") in said, said
    authority = ("--ca", d.path("ca.pem"))
    status, said = d.ctl(*authority, "check", "--limit", "certificate-days=0")
    assert status == 1 and said.startswith("ASSOCD WARNING") and "is refused (certificate): " in said and "No such file" in said, said
    assert "reload refused" in d.ctl(*authority, "status")[1]
    d.made.put("next.pem", "next.key")
    d.reload("is in use for new connections")
    assert d.told_of_reload() == (["1"], None)
    assert "is refused" not in d.ctl("check", "--limit", "certificate-days=0")[1]


def the_configuration_check_names_what_is_wrong():
    d = SERVER[0]
    for text, said in (("tls_certificate: server.pem", "needs both"), ("tls_certificate: server.pem\ntls_key: nowhere.key", "nowhere.key: No such file"),
                       ("tls_certificate: server.pem\ntls_key: server.key\ntls_client_ca: empty", "empty: holds no whole certificates")):
        with open(d.path("wrong.yaml"), "w") as out:
            out.write(text + "\n")
        done = subprocess.run([os.path.join(BUILD, "assocd"), "-n", "-c", d.path("wrong.yaml")], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and said in done.stderr, (text, done.stderr)


def clients_show_a_certificate_where_that_is_asked():
    d = Guarded("tls_client_ca: clients.pem\n")
    try:
        shutil.copy(d.path("ca.pem"), d.path("clients.pem"))
        d.made.issue("client", subject="/CN=shop")
        d.made.issue("late", days=-1, subject="/CN=shop")
        d.made.self_signed("foreign", "/CN=shop")
        d.start()
        shows = lambda name: d.curl("/readyz", "--cert", d.path(name + ".pem"), "--key", d.path(name + ".key"))[0]
        assert (shows("client"), shows("late"), shows("foreign"), d.curl("/readyz")[0]) == (200, 0, 0, 0)
        status, said = d.ctl("status")
        assert status == 1 and "wants a client certificate (`tls_client_ca`)" in said and "`http_socket`" in said, said
        assert d.curl("/v1/status", "--cert", d.path("client.pem"), "--key", d.path("client.key"))[0] == 401  # it is no token
        with open(d.path("ca.pem")) as whole:
            authority = whole.read()
        write(d.path("clients.pem"), authority[:300])
        d.reload("holds no whole certificates")
        client = ("--cert", d.path("client.pem"), "--key", d.path("client.key"))
        gauge, why = d.told_of_reload(*client)  # the authority read before still lets its clients in
        assert gauge == ["0"] and why.startswith(d.path("clients.pem")), (gauge, why)
        assert shows("foreign") == 0
        write(d.path("clients.pem"), authority)
        d.reload("is in use for new connections")
        assert d.told_of_reload(*client) == (["1"], None)
    finally:
        d.discard()


def main():
    SERVER.append(Guarded())
    try:
        SERVER[0].start()
        return run_tests([
            it_speaks_tls_and_nothing_else_there, large_bodies_and_answers_pass, assocctl_finds_its_way_in,
            a_new_certificate_is_taken_at_a_reload, a_wrong_certificate_leaves_the_old_one_in_use,
            the_configuration_check_names_what_is_wrong, clients_show_a_certificate_where_that_is_asked,
        ])
    finally:
        SERVER[0].discard()


if __name__ == "__main__":
    sys.exit(main())
