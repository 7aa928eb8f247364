"""Step 1: freely licensed text -> corpus.tsv, pairs.tsv and the held-out dev files.

    python corpus.py                     # the project's own sources under PREDILECT_DATA/text and /catalogs
    python corpus.py --text FOLDER       # plus every .txt (a text a line) and .jsonl (title, text) of FOLDER

corpus.tsv: `source <tab> language <tab> text`, in random order. pairs.tsv: `row <tab> row <tab> kind`, zero-based rows
of corpus.tsv that translate each other (English first). Texts equal or nearly equal to an evaluation text are left
out, a translation pair when either of its sides is.
"""
import argparse
import collections
import csv
import gzip
import html
import json
import random
import re
import unicodedata
import zipfile
from pathlib import Path

from paths import CORPUS, DATA, DEV_PAIRS, DEV_TEXTS, PAIRS, WORDNET, WORK

HAN = re.compile(r"[\u3400-\u9fff]")
SPACE = re.compile(r"\s+")
TEXT = DATA / "text"
# Rows kept of a source at most. Short everyday text and the scarce Chinese sources keep all they have.
CAPS = {
    "artworks": 8000, "debian-short": 11000, "debian-long": 4000, "subjectivity": 6000, "sentence_polarity": 7000,
    "pros_cons": 6000, "product_reviews": 5000, "movie_reviews": 5000, "manpages-zh": 6000,
    "libreoffice-help-zh-cn": 7000, "fortunes-zh": 12000, "howtocook": 8000, "react-zh-hans": 6000,
    "rust-book-cn": 4000, "debian-reference-zh-cn": 2000, "cedict": 30000, "films": 12000, "passage-en": 5000, "passage-zh": 5000,
    "wordnet": 30000, "wordnet-use": 30000,
}


def clean(text: str) -> str:
    text = html.unescape(re.sub(r"<[^>]{1,200}>", " ", text))
    text = re.sub(r"[*_`#]{1,3}", "", text)
    return SPACE.sub(" ", text).strip()


def language(text: str) -> str:
    return "zh" if len(HAN.findall(text)) * 4 >= len(text) else "en"


def lines(path: Path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf8", errors="replace") as file:
        yield from file


def first_sentences(text: str, limit: int) -> str:
    """Whole sentences from the start, until `limit` characters are passed."""
    if len(text) <= limit:
        return text
    parts, out = re.split(r"(?<=[.!?。！？])\s*", text), ""
    for part in parts:
        if out and len(out) + len(part) > limit:
            break
        out += (" " if out and not HAN.search(out[-1:]) else "") + part
    return out[: 2 * limit].strip()


def tatoeba():
    for row in lines(TEXT / "tatoeba_cmn_eng/cmn.txt"):
        cells = row.lstrip("\ufeff").rstrip("\n").split("\t")
        if len(cells) >= 2:
            yield "tatoeba", cells[0], cells[1]


def cedict():
    """Word and gloss; glosses that only point to another entry carry no meaning of their own."""
    pointer = re.compile(r"variant of|^see |^also |surname|abbr\.|^CL:|used in|Japanese|\(archaic\)|\(old\)|bound form")
    for row in lines(TEXT / "cc_cedict/cedict_ts.u8.gz"):
        match = re.match(r"(\S+) (\S+) \[[^\]]*\] /(.*)/", row)
        if not match or not HAN.match(match[2]) or len(match[2]) < 2:
            continue
        glosses = [g for g in match[3].split("/") if not pointer.search(g)]
        glosses = [SPACE.sub(" ", re.sub(r"\([^)]*\)|\[[^\]]*\]|\S+\|\S+", "", g)).strip() for g in glosses]
        glosses = [g for g in glosses if g and not HAN.search(g)]
        if glosses:
            yield "cedict", "; ".join(glosses[:2]), match[2]


def labels():
    """Names of map features, emoji and desktop programs, in both languages."""
    for entry in json.loads((TEXT / "osm_presets/presets-en-zh.json").read_text("utf8")):
        if entry["en"] and entry["zh"]:
            yield "osm", entry["en"], entry["zh"]
    both = [json.loads((TEXT / f"cldr_emoji/emojibase.{l}.json").read_text("utf8")) for l in ("en", "zh")]
    zh = {e["emoji"]: e for e in both[1]}
    for entry in both[0]:
        other = zh.get(entry["emoji"])
        if other and entry.get("label") and other.get("label"):
            yield "emoji", entry["label"], other["label"]
            yield "emoji", ", ".join(entry.get("tags") or []), "，".join(other.get("tags") or [])
            yield "emoji", f'{entry["emoji"]} {entry["label"]}', f'{entry["emoji"]}{other["label"]}'
    for row in lines(TEXT / "debian_appstream/components-en-zh.jsonl.gz"):
        entry = json.loads(row)
        for field in ("summary", "description"):
            value = entry.get(field) or {}
            en, cn = value.get("en") or value.get("C"), value.get("zh_CN")
            if en and cn:
                yield "appstream", first_sentences(clean(en), 160), first_sentences(clean(cn), 80)


def stanzas(path: Path, field: str, whole: bool = False):
    """Package descriptions: (md5, short, long), of the long one the first paragraph unless `whole`."""
    md5, short, long = "", "", []
    for row in lines(path):
        if row.startswith("Description-md5:"):
            md5 = row.split()[1]
        elif row.startswith(field):
            short, long = row[len(field):].strip(), []
        elif row.startswith(" ") and short:
            long.append("\n" if row.strip() == "." else row.strip())
        elif not row.strip() and short:
            text = " ".join(long)
            yield md5, short, clean(text if whole else text.split("\n")[0])
            short = ""


def debian_pairs():
    zh = {m: (s, l) for m, s, l in stanzas(TEXT / "debian_descriptions/Translation-zh_CN.gz", "Description-zh_CN:")}
    for md5, short, long in stanzas(TEXT / "debian_descriptions/Translation-en.gz", "Description-en:"):
        if md5 in zh:
            yield "debian-pair", short, zh[md5][0]
            if long and zh[md5][1]:
                yield "debian-pair", first_sentences(long, 160), first_sentences(zh[md5][1], 80)


def debian():
    for _, short, long in stanzas(TEXT / "debian_descriptions/Translation-en.gz", "Description-en:"):
        yield "debian-short", short
        if long:
            yield "debian-long", first_sentences(long, 200)


def reviews():
    for name in ("movie_reviews", "product_reviews_1", "product_reviews_2", "pros_cons", "sentence_polarity", "subjectivity"):
        with zipfile.ZipFile(TEXT / f"nltk_cc_by/{name}.zip") as archive:
            for member in archive.namelist():
                if member.endswith("/") or "README" in member.upper():
                    continue
                for row in archive.read(member).decode("latin-1").splitlines():
                    row = re.sub(r"^.*?##", "", row)
                    row = re.sub(r"\s+([.,!?;:')])", r"\1", row).replace("( ", "(").replace(" n't", "n't")
                    yield re.sub(r"_\d$", "", name), row


def passages():
    """Consecutive sentences of one document, some hundred characters: what a question is answered from."""
    for _, _, long in stanzas(TEXT / "debian_descriptions/Translation-en.gz", "Description-en:", whole=True):
        if len(long) > 350:
            yield "passage-en", first_sentences(long, 900)
    with zipfile.ZipFile(TEXT / "nltk_cc_by/movie_reviews.zip") as archive:
        for member in archive.namelist():
            if member.endswith(".txt"):
                rows = [re.sub(r"\s+([.,!?;:')])", r"\1", r.strip()) for r in archive.read(member).decode("latin-1").splitlines()]
                for start in range(0, len(rows) - 4, 12):
                    yield "passage-en", first_sentences(" ".join(rows[start:start + 8]), 800)
    for name in ("rust-book-cn", "react-zh-hans", "manpages-zh", "libreoffice-help-zh-cn", "debian-reference-zh-cn", "howtocook"):
        gathered = ""
        for row in lines(TEXT / f"zh_docs_text/{name}.txt.gz"):
            gathered += clean(row)
            if len(gathered) > 160:
                yield "passage-zh", gathered[:420]
                gathered = ""


def chinese_docs():
    # The Vue documentation is left out: its terms are not stated with the text.
    for path in sorted((TEXT / "zh_docs_text").glob("*.txt.gz")):
        name = path.name.removesuffix(".txt.gz")
        if name != "vue-docs-zh-cn":
            for row in lines(path):
                yield name, row


def catalogues():
    for name in ("artworks", "topics", "apis", "selfhosted", "recipes_zh"):
        for row in lines(DATA / f"catalogs/{name}.jsonl.gz"):
            entry = json.loads(row)
            title, text = entry["title"], first_sentences(clean(entry.get("text") or ""), 200)
            yield name, title
            if text:
                yield name, f"{title}. {text}" if name != "recipes_zh" else f"{title}：{text}"


def films():
    """Films that the cold-item evaluation does not know: no title of MovieLens, whatever the year."""
    same = lambda title: key(re.sub(r"\([^)]*\)|^(the|an?) |, (the|an?)$", "", title.strip(), flags=re.I))
    known = set()
    if (DATA / "eval").exists():
        with open(DATA / "eval/ml-latest-small/movies.csv", encoding="utf8", newline="") as file:
            for row in csv.DictReader(file):
                title = re.sub(r" *\(\d{4}\) *$", "", row["title"])
                known |= {same(re.sub(r" *\([^)]*\)", "", title))} | {same(t.removeprefix("a.k.a. ")) for t in re.findall(r"\(([^)]*)\)", title)}
    for row in lines(DATA / "catalogs/movies.jsonl.gz"):
        film = json.loads(row)
        if len(film["text"]) > 150 and same(film["title"]) not in known:
            yield "films", first_sentences(f'{film["title"]}. {clean(film["text"])}', 320)


def wordnet():
    """Words with what they mean, and the sentences that show them in use: synonyms meet in what they mean."""
    if not WORDNET.exists():
        return
    for part in ("noun", "verb", "adj", "adv"):
        for row in lines(WORDNET / f"data.{part}"):
            if row.startswith("  ") or " | " not in row:
                continue
            head, gloss = row.rstrip().split(" | ", 1)
            cells = head.split(" ")
            words = [re.sub(r"\((a|p|ip)\)$", "", w).replace("_", " ") for w in cells[4:4 + 2 * int(cells[3], 16):2]]
            meaning = re.split(r'[;:]\s*"', gloss)[0].strip()
            yield "wordnet", f'{", ".join(words[:3])}: {meaning}'
            for sentence in re.findall(r'"([^"]{20,300})"', gloss):
                yield "wordnet-use", sentence[0].upper() + sentence[1:]


def folder(path: Path):
    for file in sorted(path.rglob("*")):
        if file.suffix == ".txt":
            for row in lines(file):
                yield "folder", row
        elif file.suffix == ".jsonl":
            for row in lines(file):
                entry = json.loads(row)
                yield "folder", ". ".join(str(entry[k]) for k in ("title", "text") if entry.get(k))


def key(text: str) -> str:
    """Letters and digits alone, case and width folded: equal keys are duplicates."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def shingles(text: str) -> set:
    folded = key(text)
    width = 2 if HAN.search(folded) else 4
    return {folded[i:i + width] for i in range(max(1, len(folded) - width + 1))}


class NearDuplicates:
    """Evaluation texts, asked for anything with a shingle overlap (Jaccard) of .6 and more."""

    def __init__(self, texts):
        self.keys, self.sets, self.index = set(), [], collections.defaultdict(list)
        for text in texts:
            if key(text) in self.keys:
                continue
            self.keys.add(key(text))
            grams = shingles(text)
            for gram in grams:
                self.index[gram].append(len(self.sets))
            self.sets.append(grams)

    def __contains__(self, text: str) -> bool:
        if key(text) in self.keys:
            return True
        grams = shingles(text)
        # A near-duplicate shares most shingles, so it turns up several times under the rarest ones that are known.
        known = sorted((len(self.index[g]), g) for g in grams if g in self.index)[:8]
        votes = collections.Counter(i for _, g in known for i in self.index[g][:100])
        return any(
            len(grams & self.sets[i]) >= .6 * len(grams | self.sets[i])
            for i, n in votes.most_common(6) if n * 3 >= len(known)
        )


def evaluation_texts():
    root = DATA / "eval"
    for file in (root / "stsb_multi_mt").glob("*.csv"):
        with open(file, encoding="utf8", newline="") as handle:
            for row in csv.reader(handle):
                yield from row[:2]
    for row in lines(root / "cnsd_stsb_dev/sts-b-dev.txt"):
        yield from row.rstrip("\n").split("\t")[:2]
    for side in ("cmn", "eng"):
        yield from (r.strip() for r in lines(root / f"tatoeba_test_cmn_eng/tatoeba.cmn-eng.{side}"))
    for name in ("xquad.en", "xquad.zh"):
        for article in json.loads((root / f"xquad/{name}.json").read_text("utf8"))["data"]:
            for paragraph in article["paragraphs"]:
                yield paragraph["context"]
                yield from (q["question"] for q in paragraph["qas"])


def arrange(order: list, rows: list, links: list, rng: random.Random) -> list:
    """Random order in which translations stand side by side, so that a teacher shard holds both; everyday sentences
    come earlier on the whole, because teacher vectors are made in this order and training starts on the first."""
    partners = collections.defaultdict(list)
    for a, b, _ in links:
        partners[a].append(b)
        partners[b].append(a)
    weight = {i: rng.random() * (.4 if rows[i][0] == "tatoeba" else 1) for i in order}
    out, placed = [], set()
    for i in sorted(order, key=weight.get):
        if i not in placed:
            group = [i] + [j for j in partners[i] if j not in placed]
            placed.update(group)
            out += dict.fromkeys(group)
    return out


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--text", type=Path, action="append", default=[], help="a folder of .txt and .jsonl files")
    arguments.add_argument("--only-text", action="store_true", help="leave the project's own sources out")
    options = arguments.parse_args()
    rng = random.Random(3)
    WORK.mkdir(parents=True, exist_ok=True)

    held = NearDuplicates(evaluation_texts() if (DATA / "eval").exists() else [])
    print(f"{len(held.sets)} evaluation texts to keep out", flush=True)
    dropped = collections.Counter()
    pairs, singles, seen = [], collections.defaultdict(list), set()

    sources = [] if options.only_text else [tatoeba(), cedict(), labels(), debian_pairs()]
    by_source = collections.defaultdict(list)
    for stream in sources:
        for source, en, zh in stream:
            by_source[source].append((source, clean(en), clean(zh)))
    for source, rows in by_source.items():
        rng.shuffle(rows)
        kept = 0
        for row in rows:
            if kept >= CAPS.get(source, 10**9):
                break
            k = key(row[1]), key(row[2])
            if not 1 < len(k[0]) <= 400 or not k[1] or len(row[2]) > 200 or k in seen or k[0] == k[1]:
                continue
            if row[1] in held or row[2] in held:
                dropped[source] += 1
                continue
            seen.add(k)
            pairs.append(row)
            kept += 1

    streams = [] if options.only_text else [debian(), reviews(), chinese_docs(), catalogues(), films(), passages(), wordnet()]
    for stream in streams + [folder(f) for f in options.text]:
        for source, text in stream:
            text = clean(text)
            if 4 <= len(text) <= (1200 if source.startswith("passage") else 700) and len(key(text)) >= 2:
                singles[source].append(text)

    rows, row_of, links = [], {}, []

    def add(source: str, text: str) -> int:
        if (k := key(text)) not in row_of:
            row_of[k] = len(rows)
            rows.append((source, language(text), text))
        return row_of[k]

    rng.shuffle(pairs)
    dev_pairs = [p for p in pairs if p[0] == "tatoeba"][:1000] + [p for p in pairs if p[0] == "cedict"][:500]
    dev_keys = {key(t) for p in dev_pairs for t in p[1:]}
    for source, en, zh in pairs:
        if key(en) not in dev_keys and key(zh) not in dev_keys:
            links.append((add(source, en), add(source, zh), source))
    for source, texts in singles.items():
        rng.shuffle(texts)
        kept = 0
        for text in texts:
            if kept >= CAPS.get(source, 10**9):
                break
            if key(text) in row_of or key(text) in dev_keys:
                continue
            if text in held:
                dropped[source] += 1
                continue
            add(source, text)
            kept += 1

    paired = {i for link in links for i in link[:2]}
    free = [i for i in range(len(rows)) if i not in paired]
    dev = set(rng.sample(free, min(2000, len(free) // 20)))
    order = [i for i in range(len(rows)) if i not in dev]
    order = arrange(order, rows, links, rng)
    place = {old: new for new, old in enumerate(order)}
    CORPUS.write_text("".join("\t".join(rows[i]) + "\n" for i in order), "utf8")
    PAIRS.write_text("".join(f"{place[a]}\t{place[b]}\t{s}\n" for a, b, s in links), "utf8")
    DEV_TEXTS.write_text("".join("\t".join(rows[i]) + "\n" for i in sorted(dev)), "utf8")
    DEV_PAIRS.write_text("".join("\t".join(p) + "\n" for p in dev_pairs), "utf8")
    count = collections.Counter((rows[i][0], rows[i][1]) for i in order)
    summary = {
        "texts": len(order), "pairs": len(links), "dev_texts": len(dev), "dev_pairs": len(dev_pairs),
        "languages": dict(collections.Counter(rows[i][1] for i in order)),
        "sources": {f"{s}/{l}": n for (s, l), n in sorted(count.items())},
        "left_out_near_evaluation": dict(dropped),
    }
    (WORK / "corpus.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False))
    print(json.dumps(summary, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
