#!/usr/bin/env python3
"""Dossiers over the real programs: the same bytes from two daemons, nobody's name in the subject's, changes that show."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from urllib.parse import quote

from daemon import BUILD, ROOT, Daemon, over, run_tests

HOSTILE = "<script>alert(1)</script>\"'|`x`\u202e&amp;" + "w" * 180
NETWORKS = f"networks:\n  - {ROOT}/config/sample-networks.csv\n"
FORMATS = ("html", "json", "md")


class Reports:
    def __init__(self):
        self.one, self.two = Daemon(NETWORKS), Daemon(NETWORKS)
        for d in (self.one, self.two):
            d.start()
            status, text = d.ctl("sample", "load")
            assert status == 0, text
            lines = [json.dumps({"id": f"h{i}", "ts": 1782615800000 + i, "type": "login", "account": account, "site": "sample",
                                 "ip": "10.231.0.9", "device": {"id": "hostile-device"}}) for i, account in enumerate((HOSTILE, "plain-neighbour"))]
            answer = d.send(lines)[1]
            assert answer["accepted"] == 2, answer

    def discard(self):
        self.one.discard()
        self.two.discard()

    def report(self, path, audience="analyst", form="html", d=None, language="en"):
        status, body, headers = (d or self.one).ask("GET", f"/v1/reports/{path}?audience={audience}&format={form}&language={language}")
        return status, body.decode(), headers


def get(r, *words, **options):
    status, text, _ = r.report("/".join(quote(word, safe="") for word in words), **options)
    assert status == 200, text
    return text


def verify(path, *words):
    done = subprocess.run([os.path.join(BUILD, "assocctl"), "report", "--verify", path, *words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60)
    return done.returncode, done.stdout


def two_daemons_with_keys_of_their_own_make_the_same_bytes(r):
    for words in (["sample/ring-lotus-1"], ["sample/banned-viktor", "sample/newcomer-martin"], ["c1"]):
        for form in FORMATS:
            assert get(r, *words, form=form) == get(r, *words, form=form, d=r.two), f"{words} differ in {form}"
    with open(os.path.join(r.one.state, "hash.key"), "rb") as a, open(os.path.join(r.two.state, "hash.key"), "rb") as b:
        assert a.read() != b.read(), "the keys are the same: this showed nothing"


def every_format_says_why_and_what_it_would_be_without(r):
    for form in FORMATS:
        text = get(r, "sample/banned-viktor", "sample/newcomer-martin", form=form)
        assert re.search(r"score 9\d\d of 1000", text), form
        for part in ("10.231.0.50", "counterfeit goods", "return-after-closure", "sample-networks.csv"):
            assert part in text, f"{part} is missing in {form}"
    sections = json.loads(get(r, "sample/banned-viktor", "sample/newcomer-martin", form="json"))["sections"]
    assert [s["section"] for s in sections] == ["summary", "waterfall", "uses", "against", "counterfactuals", "relations", "alerts",
                                                "timeline", "basis"], sections
    assert sections[4]["rows"]
    rows = sections[1]["rows"]
    assert abs(sum(row["bits"] for row in rows) - rows[-1]["sum"]) < 0.0005, rows


def the_subject_is_told_of_nobody_else(r):
    links = json.loads(r.one.ask("GET", "/v1/links?min=1&limit=1000")[1])["links"]
    names = {name for link in links for name in (link["a"], link["b"])}
    assert len(names) > 20
    for name in sorted(names):
        for form in ("html", "json"):
            text = get(r, name, audience="subject", form=form)
            found = [other for other in names if other != name and other not in name and name not in other and other in text]
            assert not found, f"the subject's form of {name} names {found}"
            assert not re.search(r"\d\.\d+\.\d+\.\d+|of 1000|[.]{3}\d{4}", re.sub(r"assocd \d+\.\d+\.\d+", "", text)), text
    assert r.report("c1", "subject")[0] == 422


def the_subject_reads_chinese_where_it_is_asked_for(r):
    for name in ("sample/banned-viktor", "sample/ring-lotus-1", "sample/agency-client-bakery", "sample/school-pupil-11", "sample/joint-nordhaus-de"):
        for form in FORMATS:
            text = get(r, name, audience="subject", form=form, language="zh")
            assert text == get(r, name, audience="subject", form=form, language="zh", d=r.two), f"{name} differs in {form}"
            said = re.sub(r"<style>.*?</style>|<[^>]*>", " ", text, flags=re.S)
            found = re.search(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}", said)
            assert not found, f"the Chinese form of {name} says {found}"
            assert len(re.findall("[\u4e00-\u9fff]", said)) > 200, said
    assert "期间使用的一台设备，也被另一账号使用。" in get(r, "sample/banned-viktor", audience="subject", language="zh")
    assert get(r, "sample/banned-viktor", audience="subject") == get(r, "sample/banned-viktor", audience="subject", language="en")
    for audience in ("analyst", "third-party"):
        status, text, _ = r.report("sample%2Fbanned-viktor", audience, language="zh")
        assert status == 422 and "only that for the subject" in text, text
    status, said = r.one.ctl("report", "sample/banned-viktor", "--audience", "subject", "--language", "zh")
    assert status == 0 and "# 您的账号 sample/banned-viktor" in said, said


def every_shipped_rule_tells_the_subject_in_chinese(r):
    with open(os.path.join(ROOT, "daemon/dossier/words_zh.c"), encoding="utf-8") as file:
        phrases = file.read()
    folder, told = os.path.join(ROOT, "rules/default"), 0
    for name in sorted(name for name in os.listdir(folder) if name.endswith(".yaml")):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for sentence in re.findall(r'^subject: "?(.*?)"?$', file.read(), re.M):
                told += 1
                assert f'"{sentence}"' in phrases, f"{name}: no Chinese for {sentence}"
    assert told >= 10, told


def a_change_is_named_by_its_section(r):
    folder = tempfile.mkdtemp(prefix="assocd-test-")
    try:
        for form in FORMATS:
            path = os.path.join(folder, "dossier")
            text = get(r, "sample/banned-viktor", "sample/newcomer-martin", form=form)
            with open(path, "w") as out:
                out.write(text)
            status, said = verify(path)
            assert status == 0 and "intact, 9 sections" in said, said
            seal = re.search(r"seal ([0-9a-f]{64})", said).group(1)
            assert verify(path, "--seal", seal)[0] == 0
            assert verify(path, "--seal", "0" * 64)[0] == 1
            with open(path, "w") as out:
                out.write(text.replace("counterfeit", "genuine"))
            status, said = verify(path)
            assert status == 1 and "section 8 of 9" in said, said
        assert "is no dossier" in verify(os.path.join(ROOT, "README.md"))[1]
        status, said = verify(os.path.join(folder, "nothing"))
        assert status == 1 and "No such file" in said, said
    finally:
        shutil.rmtree(folder)


def names_of_strangers_do_not_run(r):
    for audience in ("analyst", "subject", "third-party"):
        text = get(r, "sample/" + HOSTILE, audience=audience)
        assert "<script" not in text and "\x1b" not in text and "\u202e" not in text, text[:400]
        assert "&lt;script&gt;" in text
        assert not re.search(r"\b(?:src|href)=|url\(", text), "it refers to something outside"
    _, _, headers = r.report(quote("sample/" + HOSTILE, safe=""))
    assert "default-src 'none'" in headers["Content-Security-Policy"] and headers["Content-Type"].startswith("text/html")
    status, said = r.one.ctl("report", "sample/" + HOSTILE)
    assert status == 0 and "\x1b" not in said


def what_cannot_be_is_said(r):
    for path, wanted, part in (("nobody", 404, "nobody"), ("x" * 4096, 404, "is not known"), ("nobody/sample%2Fring-lotus-1", 404, "nobody"),
                               ("c1?format=pdf", 400, "html, json, md"), ("c1?audience=press", 400, "third-party"), ("c1?language=fr", 400, "en, zh"),
                               ("sample%2Fring-lotus-1/sample%2Fring-lotus-1", 422, "two different accounts")):
        status, body, _ = r.one.ask("GET", "/v1/reports/" + path)
        assert status == wanted and part in body.decode(), f"{path[:60]}: {status} {body[:300]}"
    for words in (["nobody"], ["--verify"], [], ["a", "b", "c"], ["--seal", "00", "x"]):
        status, said = r.one.ctl("report", *words)
        assert status in (1, 2) and said.startswith("assocctl: "), said


def main():
    r = Reports()
    tests = [two_daemons_with_keys_of_their_own_make_the_same_bytes, every_format_says_why_and_what_it_would_be_without,
             the_subject_is_told_of_nobody_else,
             the_subject_reads_chinese_where_it_is_asked_for, every_shipped_rule_tells_the_subject_in_chinese, a_change_is_named_by_its_section, names_of_strangers_do_not_run, what_cannot_be_is_said]
    try:
        return run_tests(over(r, tests))
    finally:
        r.discard()


if __name__ == "__main__":
    sys.exit(main())
