"""Writes tokens.jsonl: texts and a digest of their ids by the reference tokenizer. `python tokens.py` (package: tokenizers)

A line is {"text", "repeat"?, "count", "ids"}: the text, said `repeat` times; how many ids; FNV-1a over them, as little-endian
32-bit numbers. Cut off at the manifest's `max_tokens`. Written anew when the tokenizer changes.
"""

import json
import random
from pathlib import Path

from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
MODEL = HERE / "../../../models/predilect-encoder-small"
DEMO = HERE / "../../../web/demo/catalogue"
EMOJI = ["😀", "👩‍👩‍👧‍👦", "🇨🇳", "❤️", "👍🏽", "🏳️‍🌈", "✈", "1️⃣", "🀄", "☕︎"]
ODD = ["\u0000", "\u0007", "\u001b[31m", "\u007f", "\u0085", "\u00a0", "\u00ad", "\u200b", "\u200d", "\u200f", "\u202e", "\u2028",
       "\u3000", "\ufeff", "\ufffd", "\ufffe", "\U000e0001", "\U0010ffff", "\t", "\r\n", "e\u0301", "ﬁ", "Ａ１", "ｶﾞ", "①", "㎏", "ẞ", "İ",
       "<s>", "</s>", "<pad>", "<unk>", "▁", "##a", "𠮷", "한국어", "العربية", "ไทย", "नमस्ते"]
LONG = ["a", "green tea ", "绿茶", "👩‍👩‍👧‍👦", "a\u0301", "\u0000x", "1234567890 ", "．"]


def texts() -> list[tuple[str, int]]:
    random.seed(5)
    pools = {"en": [], "zh": []}
    for file in sorted(DEMO.glob("*.jsonl")):
        for line in file.read_text("utf8").splitlines():
            item = json.loads(line)
            pools[item["lang"]] += [item["title"], *item["text"].replace("。", "。\n").replace(". ", ".\n").split("\n")]
    pools = {lang: sorted({t.strip()[:60] for t in pool if t.strip()}) for lang, pool in pools.items()}
    some = lambda lang, n: random.sample(pools[lang], n)  # noqa: E731
    out = some("en", 600) + some("zh", 600)
    out += [f"{a} {b}" if random.random() < 0.5 else a[:20] + b[:20] for a, b in zip(some("en", 400), some("zh", 400))]
    for text in some("en", 150) + some("zh", 150):
        at = random.randrange(len(text) + 1)
        out.append(text[:at] + random.choice(EMOJI + ODD) * random.randint(1, 3) + text[at:])
    out += ["x" + "".join(random.choices(EMOJI + ODD, k=random.randint(1, 8))) for _ in range(150)]
    return [(text, 1) for text in out] + [(text, 100_000 // len(text.encode())) for text in LONG]


def digest(ids: list[int]) -> str:
    value = 0xCBF29CE484222325
    for byte in b"".join(i.to_bytes(4, "little") for i in ids):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def main() -> None:
    manifest = json.loads((MODEL / "manifest.json").read_text("utf8"))
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(manifest["max_tokens"])
    with open(HERE / "tokens.jsonl", "w", encoding="utf8") as file:
        for text, repeat in texts():
            ids = tokenizer.encode(manifest["prefix"] + text * repeat).ids
            line = {"text": text, **({"repeat": repeat} if repeat > 1 else {}), "count": len(ids), "ids": digest(ids)}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
