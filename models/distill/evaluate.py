"""Step 7: scores of an exported model beside the teacher's, as report.json and report.md.

    python evaluate.py                               # ../predilect-encoder-small, into the same folder
    python evaluate.py --model FOLDER --out FOLDER --skip cold

None of these texts is trained on (corpus.py leaves near-duplicates out). STS sets: Spearman correlation of cosine and
label. Tatoeba: share of 1,000 sentences whose nearest sentence of the other language is the translation. XQuAD: mean
reciprocal rank (first ten) of a question's paragraph among 240. Cold items: MovieLens users with five and more liked
films on each side of a random cut; cold films are ranked by cosine with the mean of the liked known films; nDCG@10.
"""
import argparse
import csv
import gzip
import json
import random
import re
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from alter import Alterer
from encoder import embed, from_teacher, tokenise
from export import Session
from paths import DATA, DEV_TEXTS, OUT, TEACHER_TOKENIZER, WORK
from probes import stereotypes, synonym

EVAL = DATA / "eval"
PARTS = ("sts", "tatoeba", "xquad", "golden", "robustness", "stereotypes", "cold")


class Teacher:
    def __init__(self):
        self.model, self.tokenizer = from_teacher(), Tokenizer.from_file(str(TEACHER_TOKENIZER))

    def encode(self, texts, prefix="query: "):
        return embed(self.model, tokenise(self.tokenizer, texts, prefix, 512))


def rank(values) -> np.ndarray:
    _, inverse, count = np.unique(np.asarray(values, float), return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    return ((ends - count + ends - 1) / 2)[inverse]


def spearman(a, b) -> float:
    return float(np.corrcoef(rank(a), rank(b))[0, 1])


def unit(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def sts_sets() -> dict:
    sets = {}
    for lang in ("en", "zh"):
        with open(EVAL / f"stsb_multi_mt/stsb-{lang}-dev.csv", encoding="utf8", newline="") as file:
            sets[f"sts_b_dev_{lang}"] = [(a, b, float(c)) for a, b, c in csv.reader(file)]
    rows = (EVAL / "cnsd_stsb_dev/sts-b-dev.txt").read_text("utf8").splitlines()
    sets["cnsd_dev_zh"] = [(a, b, float(c)) for a, b, c in (r.split("\t") for r in rows if r.count("\t") == 2)]
    return sets


def sts(encode) -> dict:
    out = {}
    for name, rows in sts_sets().items():
        a, b = encode([r[0] for r in rows]), encode([r[1] for r in rows])
        for suffix, d in (("", 384), ("@256", 256), ("@128", 128)):
            out[name + suffix] = spearman((unit(a[:, :d]) * unit(b[:, :d])).sum(1), [r[2] for r in rows])
    return out


def tatoeba(encode) -> dict:
    sides = {s: encode((EVAL / f"tatoeba_test_cmn_eng/tatoeba.cmn-eng.{s}").read_text("utf8").splitlines()) for s in ("eng", "cmn")}
    out = {}
    for suffix, d in (("", 384), ("@256", 256)):
        similar = unit(sides["eng"][:, :d]) @ unit(sides["cmn"][:, :d]).T
        right = np.arange(len(similar))
        out["tatoeba_en_zh" + suffix] = float((similar.argmax(1) == right).mean())
        out["tatoeba_zh_en" + suffix] = float((similar.argmax(0) == right).mean())
    return out


def xquad(encode, encode_passage) -> dict:
    questions, passages, owner = {}, {}, None
    for lang in ("en", "zh"):
        paragraphs = [p for a in json.loads((EVAL / f"xquad/xquad.{lang}.json").read_text("utf8"))["data"] for p in a["paragraphs"]]
        passages[lang] = encode_passage([p["context"] for p in paragraphs])
        questions[lang] = encode([q["question"] for p in paragraphs for q in p["qas"]])
        owner = np.array([i for i, p in enumerate(paragraphs) for _ in p["qas"]])
    out = {}
    for asked, held in (("en", "en"), ("zh", "zh"), ("zh", "en")):
        for suffix, d in (("", 384), ("@256", 256)):
            s = unit(questions[asked][:, :d]) @ unit(passages[held][:, :d]).T
            place = (s > s[np.arange(len(s)), owner][:, None]).sum(1) + 1
            out[f"xquad_{asked}_{held}{suffix}"] = float(np.where(place <= 10, 1 / place, 0).mean())
    return out


def golden_two(encode) -> dict:
    names = ["电影", "旅游", "运动", "美食", "音乐"]
    order = np.argsort(-(encode(names) @ encode(["我喜欢看电影和旅游"])[0]))
    return {"golden_2": float({names[i] for i in order[:2]} == {"电影", "旅游"})}


def cold(encode) -> dict:
    """Films matched to their Wikipedia extract by title and year; one film in five is cold."""
    texts = {}
    with gzip.open(DATA / "catalogs/movies.jsonl.gz", "rt", encoding="utf8") as file:
        for row in file:
            film = json.loads(row)
            if film["text"]:
                texts[(film["title"].casefold(), str(film["year"]))] = f'{film["title"]}. {film["text"]}'[:320]
    films = {}
    with open(EVAL / "ml-latest-small/movies.csv", encoding="utf8", newline="") as file:
        for row in csv.DictReader(file):
            if match := re.fullmatch(r"(.*?)(?:, (The|A|An))?(?: \(.*\))? \((\d{4})\)", row["title"].strip()):
                name = f"{match[2]} {match[1]}" if match[2] else match[1]
                if text := texts.get((name.casefold(), match[3])):
                    films[row["movieId"]] = text
    ids = sorted(films)
    row_of = {m: i for i, m in enumerate(ids)}
    vectors = encode([films[m] for m in ids])
    liked: dict[str, list[int]] = {}
    with open(EVAL / "ml-latest-small/ratings.csv", encoding="utf8", newline="") as file:
        for row in csv.DictReader(file):
            if float(row["rating"]) >= 4 and row["movieId"] in row_of:
                liked.setdefault(row["userId"], []).append(row_of[row["movieId"]])
    gains = 1 / np.log2(np.arange(2, 12))
    out = {}
    for suffix, d in (("", 384), ("@256", 256)):
        v, scores = unit(vectors[:, :d]), []
        v = unit(v - v.mean(0))
        for seed in range(5):
            is_cold = np.random.default_rng(seed).random(len(ids)) < .2
            pool = np.flatnonzero(is_cold)
            for films_liked in liked.values():
                films_liked = np.array(films_liked)
                known, wanted = films_liked[~is_cold[films_liked]], films_liked[is_cold[films_liked]]
                if len(known) >= 5 and len(wanted) >= 5:
                    best = pool[np.argsort(-(v[pool] @ v[known].mean(0)))[:10]]
                    scores.append(float((np.isin(best, wanted) * gains).sum() / gains[: min(10, len(wanted))].sum()))
        out["cold_items_ndcg10" + suffix] = float(np.mean(scores))
    return out


def robustness(encode) -> dict:
    rows = [line.rstrip("\n").split("\t") for line in open(DEV_TEXTS, encoding="utf8")][:1000]
    texts = [r[2] for r in rows]
    base = encode(texts)
    alter = Alterer(random.Random(5))
    chance = random.Random(6)

    def shuffled(text: str) -> str:
        words = text.split(" ")
        if len(words) < 3:
            return text
        at = chance.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
        return " ".join(words)

    kinds = {"typo": ("en", alter.typo), "lower case": ("en", str.lower), "upper case": ("en", str.upper),
             "word order": ("en", shuffled), "no last stop": (None, lambda t: t.rstrip(".!?。！？")),
             "traditional": ("zh", alter.traditional),
             "synonym, English": ("en", lambda t: synonym(t, "en")), "synonym, Chinese": ("zh", lambda t: synonym(t, "zh"))}
    out = {}
    for kind, (lang, change) in kinds.items():
        index = [i for i, r in enumerate(rows) if lang in (None, r[1]) and change(r[2]) != r[2]][:200]
        if not index:
            continue
        changed = encode([change(texts[i]) for i in index])
        def near(v):
            s = v @ base.T
            s[np.arange(len(index)), index] = -2
            return np.argsort(-s, 1)[:, :10]
        overlap = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(near(base[index]), near(changed))])
        out[f"{kind}: cosine"] = float((base[index] * changed).sum(1).mean())
        out[f"{kind}: top-10 overlap"] = float(overlap)
    return out


def scores(encode, passage, skip) -> dict:
    parts = {"sts": lambda: sts(encode), "tatoeba": lambda: tatoeba(encode), "xquad": lambda: xquad(encode, passage),
             "golden": lambda: golden_two(encode), "robustness": lambda: robustness(encode), "stereotypes": lambda: stereotypes(encode), "cold": lambda: cold(encode)}
    out = {}
    for name, part in parts.items():
        if name not in skip:
            out.update({k: round(v, 4) for k, v in part().items()})
            print(name, "done", flush=True)
    return out


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, default=OUT)
    p.add_argument("--out", type=Path)
    p.add_argument("--skip", nargs="*", default=[], help=" ".join(PARTS))
    o = p.parse_args()
    kept = WORK / "teacher_scores.json"
    teacher = json.loads(kept.read_text()) if kept.exists() else {}
    needed = [s for s in PARTS if s not in teacher.get("parts", []) and s not in o.skip]
    if needed:
        model = Teacher()
        skip = set(PARTS) - set(needed)
        teacher.update(scores(model.encode, lambda t: model.encode(t, "passage: "), skip))
        teacher["parts"] = sorted(set(teacher.get("parts", [])) | set(needed))
        kept.write_text(json.dumps(teacher, indent=1))
    session = Session(o.model)
    student = scores(session.encode, session.encode, o.skip)
    folder = o.out or o.model
    folder.mkdir(parents=True, exist_ok=True)
    fingerprint = json.loads((o.model / "manifest.json").read_text())["fingerprint"]
    report = {"fingerprint": fingerprint, "student": student, "teacher": {k: teacher.get(k) for k in student}}
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    lines = [f"Scores of `{fingerprint}` beside multilingual-e5-small (12 layers, `query: ` / `passage: ` prefixes).", "",
             "| what | student | teacher | share |", "|---|---|---|---|"]
    for name, value in student.items():
        other = teacher.get(name)
        # A shorter teacher vector is a plain cut, so the full one is the fair measure there.
        other = teacher.get(name.split("@")[0]) if "@" in name else other
        lines.append(f"| {name} | {value:.4f} | {other:.4f} | {value / other:.3f} |" if other else f"| {name} | {value:.4f} | | |")
    (folder / "report.md").write_text("\n".join(lines) + "\n", "utf8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
