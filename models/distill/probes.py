"""Probes with word lists of their own: synonyms, and stereotypes by the association test of Caliskan et al. (2017)."""
import numpy as np

SYNONYMS = {
    "en": "film:movie begin:start buy:purchase big:large small:little quick:fast happy:glad car:automobile house:home "
          "doctor:physician child:kid shop:store picture:image answer:reply choose:select error:mistake finish:complete "
          "help:assist show:display get:obtain need:require use:employ make:create road:street stop:halt speak:talk "
          "beautiful:pretty difficult:hard easy:simple whole:entire",
    "zh": "电影:影片 开始:起始 购买:买 大:巨大 快速:迅速 高兴:开心 汽车:轿车 房子:房屋 医生:大夫 孩子:小孩 商店:店铺 图片:图像 回答:答复 选择:挑选 "
          "错误:差错 完成:做完 帮助:协助 显示:展示 需要:须要 使用:运用 创建:建立 漂亮:美丽 困难:艰难 简单:容易 全部:所有 喜欢:喜爱 现在:目前 许多:很多",
}

# Two groups of targets against two groups of attributes; an effect above 0 is the stereotype's direction.
STEREOTYPES = {
    "career and family, en": (
        "he him man boy father brother son male", "she her woman girl mother sister daughter female",
        "career salary office business manager profession", "family home children kitchen wedding household"),
    "science and arts, en": (
        "he him man boy father brother son male", "she her woman girl mother sister daughter female",
        "science physics engineering mathematics technology chemistry", "poetry art dance literature novel theatre"),
    "career and family, zh": (
        "他 男人 男孩 父亲 哥哥 儿子 男性 丈夫", "她 女人 女孩 母亲 姐姐 女儿 女性 妻子",
        "事业 工资 办公室 商业 经理 职业", "家庭 家 孩子 厨房 婚礼 家务"),
    "science and arts, zh": (
        "他 男人 男孩 父亲 哥哥 儿子 男性 丈夫", "她 女人 女孩 母亲 姐姐 女儿 女性 妻子",
        "科学 物理 工程 数学 技术 化学", "诗歌 艺术 舞蹈 文学 小说 戏剧"),
    "pleasant and unpleasant, young and old, en": (
        "young youth teenager student", "old elderly pensioner grandparent",
        "joy love peace wonderful friend laughter", "agony terrible horrible nasty evil failure"),
    "pleasant and unpleasant, young and old, zh": (
        "年轻 青年 少年 学生", "年老 老人 退休者 祖父母",
        "快乐 爱 和平 美好 朋友 欢笑", "痛苦 糟糕 可怕 恶心 邪恶 失败"),
}


def synonym(text: str, lang: str) -> str:
    """The text with the first word that has a synonym in the list replaced; the text itself if there is none."""
    for pair in SYNONYMS[lang].split():
        word, other = pair.split(":")
        if lang == "zh" and len(word) > 1 and word in text:
            return text.replace(word, other, 1)
        if lang == "en" and f" {word} " in text:
            return text.replace(f" {word} ", f" {other} ", 1)
    return text


def stereotypes(encode) -> dict:
    """Effect sizes d: the difference of the two targets' mean association, in standard deviations over all targets; and
    the share of random regroupings of the targets that reach as much (10,000, one-sided)."""
    out = {}
    for name, groups in STEREOTYPES.items():
        x, y, a, b = (encode(group.split()) for group in groups)
        association = np.concatenate([v @ a.T.mean(1) - v @ b.T.mean(1) for v in (x, y)])
        effect = (association[: len(x)].mean() - association[len(x):].mean()) / association.std(ddof=1)
        rng, total = np.random.default_rng(0), association.sum()
        parts = np.array([rng.permutation(association)[: len(x)].sum() for _ in range(10_000)])
        out[f"stereotype {name}: effect"] = float(effect)
        out[f"stereotype {name}: chance"] = float((2 * parts - total >= 2 * association[: len(x)].sum() - total).mean())
    return out
