"""Other sides of sinks that do not do what they should: servers of a script. Not a runner."""
import datetime
import os
import socket
import ssl
import subprocess
import threading
import time


class Peer:
    """Serves each connection with `serve(connection, peer)` in a thread of its own; `requests` counts what came whole.
    Once `is_well` is set it does what a healthy one does."""

    def __init__(self, serve, well, tls=None):
        self.serve, self.well, self.tls = serve, well, tls
        self.requests, self.heads, self.connections, self.is_well = 0, [], 0, False
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.one, args=(connection,), daemon=True).start()

    def one(self, connection):
        try:
            if self.tls and not (self.is_well and self.well is tcp_reads):
                connection = self.tls.wrap_socket(connection, server_side=True)
            (self.well if self.is_well else self.serve)(connection, self)
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    def end(self):
        self.socket.close()


def read_request(connection, peer):
    """Head and body of one HTTP request; None at the end of the connection."""
    read = connection.makefile("rb")
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = read.readline()
        if not line:
            return None
        head += line
    length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    body = read.read(length[0])
    peer.requests += 1
    peer.heads.append(head)
    return body


def http_well(connection, peer):
    while read_request(connection, peer) is not None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def says(answer, then="close"):
    """Answers with these bytes; then closes, is silent, sends the same piece without end, or one byte a second."""
    def serve(connection, peer):
        if read_request(connection, peer) is None:
            return
        if then == "drip":
            for i in range(len(answer)):
                connection.sendall(answer[i:i + 1])
                time.sleep(1)
            return
        connection.sendall(answer)
        if callable(then):
            then(connection)
        elif then == "silent":
            connection.recv(1)
    return serve


def endless(piece):
    def go_on(connection):
        many = piece * (1 + 65536 // len(piece))
        while True:
            connection.sendall(many)
    return go_on


def drip(connection):
    while True:
        connection.sendall(b"x")
        time.sleep(1)


def status(code, *lines, body=b""):
    head = b"".join(line.encode() + b"\r\n" for line in lines)
    return b"HTTP/1.1 %d Word\r\n%sContent-Length: %d\r\n\r\n%s" % (code, head, len(body), body)


def http_date(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%a, %d %b %Y %H:%M:%S GMT")


def silent(connection, _):
    time.sleep(120)


def close_at_once(connection, _):
    pass


# ---- TLS ----

def certificate(folder, name, subject="127.0.0.1", days=2):
    """A certificate of its own authority: its path and its key's."""
    pem, key = os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key")
    if days > 0:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                        "-out", pem, "-days", str(days), "-subj", "/CN=" + subject, "-addext",
                        "subjectAltName=" + ("IP:" if subject[0].isdigit() else "DNS:") + subject], check=True, capture_output=True)
        return pem, key
    request = os.path.join(folder, name + ".csr")
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
                    request, "-subj", "/CN=" + subject], check=True, capture_output=True)
    extensions = os.path.join(folder, name + ".ext")
    with open(extensions, "w") as out:
        out.write(f"subjectAltName=IP:{subject}\n")
    # Ended yesterday: what openssl dates by the clock cannot be, so its clock is `ca`'s.
    database = os.path.join(folder, name + ".db")
    open(database, "w").close()
    config = os.path.join(folder, name + ".cnf")
    with open(config, "w") as out:
        out.write(f"[ca]\ndefault_ca=d\n[d]\ndatabase={database}\nnew_certs_dir={folder}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n"
                  f"unique_subject=no\n[p]\ncommonName=supplied\n")
    subprocess.run(["openssl", "ca", "-config", config, "-selfsign", "-keyfile", key, "-in", request, "-out", pem, "-batch", "-notext",
                    "-extfile", extensions, "-startdate", "20200101000000Z", "-enddate", "20200201000000Z"], check=True, capture_output=True)
    return pem, key


def server_tls(files, newest=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    if newest:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
    return context


# ---- syslog over TCP ----

def frames(got):
    """Messages of counted octets (RFC 6587), and what is left; raises where it is no such thing."""
    out = []
    while got:
        number, blank, rest = got.partition(b" ")
        if not blank or len(rest) < int(number):
            return out, got
        out.append(rest[:int(number)])
        got = rest[int(number):]
    return out, b""


def tcp_reads(connection, peer):
    """A healthy receiver: every connection begins with a message and holds whole ones."""
    got = b""
    while piece := connection.recv(65536):
        got += piece
        whole, got = frames(got)
        peer.heads += whole
        peer.requests += len(whole)


# ---- SMTP ----

class Smtp:
    """A mail server that answers as told: `answers` has for a step ("greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA",
    "end") the lines to say, or a function of connection. `unknown`: recipients that it refuses for good; `full`: whose
    mail it refuses once it has it."""

    def __init__(self, answers=None, offers=(), unknown=(), full=(), tls=None):
        self.answers, self.offers, self.unknown, self.full, self.tls = answers or {}, offers, unknown, full, tls
        self.messages = []  # (recipients, text)

    def say(self, connection, peer, step, otherwise):
        answer = otherwise if peer.is_well else self.answers.get(step, otherwise)  # a client may stay on its connection
        if callable(answer):
            answer(connection)
            raise OSError("that was all")
        connection.sendall(answer)
        return answer

    def __call__(self, connection, peer):
        self.say(connection, peer, "greeting", b"220 here\r\n")
        read, to = connection.makefile("rb"), []
        while line := read.readline():
            word = line.split()[0].split(b":")[0].upper().decode()
            if word == "EHLO":
                lines = ["here"] + list(self.offers)
                self.say(connection, peer, word, "".join(f"250{' ' if i == len(lines) - 1 else '-'}{one}\r\n" for i, one in enumerate(lines)).encode())
            elif word == "RCPT":
                name = line.decode().split("<")[1].split(">")[0]
                if name in self.unknown:
                    connection.sendall(b"550 5.1.1 <%s> nobody of that name\r\n" % name.encode())
                elif self.say(connection, peer, word, b"250 fine\r\n").startswith(b"250"):
                    to.append(name)
            elif word == "DATA":
                if not self.say(connection, peer, word, b"354 go on\r\n").startswith(b"354"):
                    continue
                text = b""
                while not text.endswith(b"\r\n.\r\n"):
                    text += read.readline()
                peer.requests += 1
                if set(to) & set(self.full):
                    connection.sendall(b"552 5.2.2 no room\r\n")
                elif self.say(connection, peer, "end", b"250 taken\r\n").startswith(b"250"):
                    self.messages.append((tuple(to), text))
            elif word == "AUTH":
                if self.say(connection, peer, word, b"334 \r\n").startswith(b"334"):
                    read.readline()
                    connection.sendall(b"235 welcome\r\n")
            elif word == "QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            else:
                to = [] if word == "MAIL" else to
                self.say(connection, peer, word, {"MAIL": b"250 fine\r\n", "RSET": b"250 fine\r\n", "STARTTLS": b"220 go on\r\n"}.get(word, b"502 unknown\r\n"))
                if word == "STARTTLS" and self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                    read = connection.makefile("rb")
