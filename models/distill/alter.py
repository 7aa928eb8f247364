"""Altered spellings of a text that mean the same: for training, and for the robustness table."""
import gzip
import random
import re

from paths import DATA

HAN = re.compile(r"[\u3400-\u9fff]")


def traditional_words() -> dict[str, str]:
    """Simplified -> traditional, words and characters of CC-CEDICT (the first, so the commonest listed, form wins)."""
    path = DATA / "text/cc_cedict/cedict_ts.u8.gz"
    table: dict[str, str] = {}
    if path.exists():
        with gzip.open(path, "rt", encoding="utf8") as file:
            for row in file:
                cells = row.split(" ", 2)
                if len(cells) == 3 and not row.startswith("#") and len(cells[0]) == len(cells[1]) <= 4:
                    table.setdefault(cells[1], cells[0])
    return table


class Alterer:
    def __init__(self, chance: random.Random):
        self.chance, self.words = chance, traditional_words()

    def traditional(self, text: str) -> str:
        """Longest word first, so that 头发 and 发展 get their own 髮 and 發."""
        out, at = [], 0
        while at < len(text):
            for size in (4, 3, 2, 1):
                word = text[at:at + size]
                if len(word) == size and word in self.words:
                    out.append(self.words[word])
                    at += size
                    break
            else:
                out.append(text[at])
                at += 1
        return "".join(out)

    def typo(self, text: str) -> str:
        """One letter dropped, doubled or swapped with its neighbour, inside a word of four letters and more."""
        words = [m.span() for m in re.finditer(r"[A-Za-z]{4,}", text)]
        if not words:
            return text
        low, high = self.chance.choice(words)
        at = self.chance.randrange(low + 1, high - 1)
        kind = self.chance.randrange(3)
        if kind == 0:
            return text[:at] + text[at + 1:]
        if kind == 1:
            return text[:at] + text[at] + text[at:]
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]

    def case(self, text: str) -> str:
        return self.chance.choice((text.lower(), text.lower(), text.upper(), text.title()))

    def __call__(self, text: str, zh: bool) -> str:
        if zh and HAN.search(text) and self.chance.random() < .6:
            return self.traditional(text)
        if self.chance.random() < .2:
            return text.rstrip(".!?。！？")
        return self.typo(text) if self.chance.random() < .5 else self.case(text)
