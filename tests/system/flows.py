#!/usr/bin/env python3
"""assocctl flows on captures made by hand, on damaged ones, on floods; and on the captures of ../shared/pcap, where they are."""
import csv
import glob
import gzip
import json
import os
import subprocess
import sys

import packets
from daemon import BUILD, ROOT, run_tests, with_files

CORPUS = os.environ.get("CAPTURES", os.path.join(os.path.dirname(ROOT), "shared", "pcap"))
SYN_TUPLE = "64:1460:64240:mss,sok,ts,nop,ws7"


def flows(*words, stdin=None, cwd=None):
    """Status, lines, what was said on standard error."""
    done = subprocess.run([os.path.join(BUILD, "assocctl"), "flows", *words], input=stdin, capture_output=True, timeout=120, cwd=cwd)
    said = done.stderr.decode(errors="replace")
    assert "Sanitizer" not in said and "runtime error" not in said, said
    return done.returncode, done.stdout.decode().splitlines(), said


@with_files
def a_line_says_who_connects_with_what(write):
    hello = packets.client_hello()
    path = write("a.pcap", packets.pcap(packets.connection(hello, size=1) + packets.connection(packets.REQUEST, server=80, port=50001, isn=2 ** 32 - 9)))
    status, lines, said = flows(path)
    assert status == 0 and said == "" and len(lines) == 2, (status, lines, said)
    one, two = (line.split("\t") for line in lines)
    assert one[:6] == [path, "10.0.0.1", "50000", "10.0.0.2", "443", "tcp"] and one[8:] == ["shop.example", SYN_TUPLE], one
    assert one[6].startswith("t13d0205h2_") and len(one[6]) == 36 and len(one[7]) == 32, one
    assert two[4:] == ["80", "tcp", "-", "-", "-", SYN_TUPLE], two


@with_files
def json_has_all_that_was_seen(write):
    path = write("a.pcap", packets.pcap(packets.connection(packets.REQUEST, server=80)))
    status, lines, _ = flows("--json", path)
    flow = json.loads(lines[0])
    assert status == 0 and flow["file"] == path and flow["http_method"] == "GET" and flow["http_version"] == "1.1", flow
    assert flow["http_headers"] == "Host,User-Agent,Accept" and flow["user_agent"] == "Test/1" and flow["first"] == "2023-11-14T22:13:20.000Z", flow
    assert flow["hops"] == 7 and flow["mtu"] == 1500 and flow["mtu_of"] == "ethernet" and flow["quirks"] == "df,id+", flow
    path = write("b.pcap", packets.pcap(packets.connection(packets.client_hello())))
    flow = json.loads(flows("--json", path)[1][0])
    assert flow["ja4_raw"] == "t13d0205h2_1301,1302_000a,000d,002b_0403,0804", flow
    assert flow["alpn"] == "h2" and len(flow["key"]) > 20 and "http_method" not in flow, flow


@with_files
def each_file_begins_afresh_and_standard_input_is_one(write):
    capture = packets.pcap(packets.connection(packets.client_hello(), ends=False))
    path = write("a.pcap", capture)
    status, lines, _ = flows(path, path, "-", stdin=capture)
    assert status == 0 and [line.split("\t")[0] for line in lines] == [path, path, "-"], lines
    assert len({line.split("\t", 1)[1] for line in lines}) == 1, lines


@with_files
def interfaces_of_different_links_are_read(write):
    first, second = packets.connection(packets.client_hello()), packets.connection(packets.REQUEST, port=50001, server=80)
    ethernet = bytes.fromhex("0200000000020200000000010800")
    path = write("a.pcapng", packets.pcapng((101, 1, 189), [(0, p) for p in first] + [(1, ethernet + p) for p in second] + [(2, b"usb")] * 3))
    status, lines, said = flows(path)
    assert status == 0 and len(lines) == 2, (lines, said)
    assert said == f"assocctl: {path}: 3 packets of link type 189 (usb-linux) passed over\n", said


@with_files
def damage_is_named_and_the_other_files_go_on(write):
    good = packets.pcap(packets.connection(packets.client_hello()))
    whole, cut, empty = write("whole.pcap", good), write("cut.pcap", good[:-3]), write("empty.pcap", b"")
    other, packed, folder = write("other.txt", b"no capture at all"), write("whole.pcap.gz", gzip.compress(good)), os.path.dirname(whole)
    status, lines, said = flows(cut, empty, other, packed, folder, os.path.join(folder, "none.pcap"), whole)
    assert status == 1 and [line.split("\t")[0] for line in lines] == [cut, whole], (lines, said)
    last = len(good) - 40 - 16
    assert said.splitlines() == [
        f"assocctl: {cut}: byte {last}: is cut short in the middle of a record", f"assocctl: {empty}: byte 0: is empty",
        f"assocctl: {other}: byte 0: neither pcap nor pcapng: it begins with 6e6f2063",
        f"assocctl: {packed}: byte 0: is compressed: unpack it with zcat, and give - to read that", f"assocctl: {folder}: is a directory, not a capture",
        f"assocctl: {os.path.join(folder, 'none.pcap')}: cannot open: No such file or directory"], said


@with_files
def every_byte_may_be_wrong(write):
    """No crash, no endless loop, and never another hello than the one that is there."""
    good = packets.pcap(packets.connection(packets.client_hello()))
    paths = [write(f"{at}.pcap", good[:at] + bytes([good[at] ^ 0xff]) + good[at + 1:]) for at in range(0, len(good), 1 if os.environ.get("ASSOCD_ALL") == "1" else 5)]
    _, lines, said = flows(*paths)
    assert len(lines) > len(paths) / 2 and said.count("\n") < len(paths), said


def command_lines_that_are_wrong_are_named():
    status, _, said = flows()
    assert status == 2 and "name at least one capture" in said, said
    status, _, said = flows("--jsn", "x")
    assert status == 2 and "--jsn" in said, said


@with_files
def flood_of_connections_ends_flows_and_says_so(write):
    many = [packets.ipv4(packets.tcp(b"", 1024 + n % 60000, 80, n, packets.SYN), source=f"10.{n // 60000}.0.1") for n in range(70000)]
    first = packets.connection(packets.client_hello(), ends=False)
    path = write("flood.pcap", packets.pcap(first[:3] + many, step=0))
    status, lines, said = flows(path)
    assert status == 0 and len(lines) == 70001, len(lines)
    assert said == f"assocctl: {path}: 4465 flows ended early, the table of flows was full\n", said
    assert lines[4465].split("\t")[6].startswith("t13d"), "the flow that has said something was given up"


def rows(name):
    with open(os.path.join(CORPUS, name), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def ends_of(row, file):
    return row[file], row["src_ip"], int(row["src_port"]), row["dst_ip"], int(row["dst_port"])


def corpus_flows():
    """{ends: [flow]} of all captures of the corpus; None without it."""
    names = sorted(os.path.basename(path) for path in glob.glob(os.path.join(CORPUS, "*.pcap*")))
    if not names:
        return None
    seen = {}
    status, lines, said = flows("--json", *names, cwd=CORPUS)
    assert status == 0 and said == "", said
    for flow in map(json.loads, lines):
        seen.setdefault(ends_of(flow, "file"), []).append(flow)
    return seen


def recorded_hellos_have_the_expected_fingerprints():
    seen = corpus_flows()
    if seen is None:
        return f"there are no captures in {CORPUS}"
    expected = {}
    for row in rows("expected.tsv"):
        expected.setdefault((*ends_of(row, "pcap"), row["proto"]), set()).add((row["ja4"], row["ja3"]))
    found = {}
    for ends, list_of in seen.items():
        for flow in list_of:
            if "ja4" in flow:
                found.setdefault((*ends, flow["proto"]), set()).add((flow["ja4"], flow["ja3"]))
    wrong = [(ends, expected.get(ends), found.get(ends)) for ends in expected.keys() | found.keys() if expected.get(ends) != found.get(ends)]
    assert not wrong, f"{len(wrong)} of {len(expected)}: {wrong[:5]}"
    return None


def recorded_requests_have_the_expected_heads():
    seen = corpus_flows()
    if seen is None:
        return f"there are no captures in {CORPUS}"
    expected = {ends_of(row, "pcap"): (row["method"], row["version"], row["header_names"], row["user_agent"]) for row in rows("expected-http.tsv")}
    found = {ends: tuple(flow[key] for key in ("http_method", "http_version", "http_headers", "user_agent"))
             for ends, list_of in seen.items() for flow in list_of if "http_method" in flow}
    assert found == expected, (found, expected)
    return None


def syn_fields(flow):
    """The fields that the table of SYNs has, too: initial TTL, hops, MSS, window, scale, options, quirks."""
    ttl, mss, window, options = flow["syn"].split(":")
    words = options.split(",")
    scale = next((word[2:] for word in words if word.startswith("ws")), "0")
    return ttl, str(flow["hops"]), mss, window, scale, ["ws" if word.startswith("ws") else word for word in words], set(flow.get("quirks", "").split(",")) - {""}


def expected_fields(signature):
    _, ttl_hops, _, mss, window_scale, options, quirks, _ = signature.split(":")
    ttl, hops = ttl_hops.split("+")
    window, scale = window_scale.split(",")
    if window.startswith("mss*"):
        window = str(int(mss) * int(window[4:]))
    return ttl, hops, mss, window, scale, [word.split("+")[0] for word in options.split(",")], set(quirks.split(",")) - {""}


def recorded_syns_have_the_expected_fields():
    seen = corpus_flows()
    if seen is None:
        return f"there are no captures in {CORPUS}"
    for row in rows("expected-syn.tsv"):
        found = [syn_fields(flow) for flow in seen.get(ends_of(row, "pcap"), []) if "syn" in flow]
        assert expected_fields(row["p0f_raw_sig"]) in found, (row, found)
    return None


if __name__ == "__main__":
    sys.exit(run_tests([a_line_says_who_connects_with_what, json_has_all_that_was_seen, each_file_begins_afresh_and_standard_input_is_one,
                        interfaces_of_different_links_are_read, damage_is_named_and_the_other_files_go_on, every_byte_may_be_wrong,
                        command_lines_that_are_wrong_are_named, flood_of_connections_ends_flows_and_says_so,
                        recorded_hellos_have_the_expected_fingerprints, recorded_requests_have_the_expected_heads,
                        recorded_syns_have_the_expected_fields]))
