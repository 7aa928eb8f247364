//! Words that begin and end no phrase: those of grammar, and those that every text has.

use std::collections::HashSet;

/// Words of grammar and general talk, in lower case.
const ENGLISH: &str = "a about above actually after again against ago all almost alone along already also although always am among an and \
another any anybody anyone anything anyway are around as ask asked at away back bad be became because become becomes been before began \
begin begins behind being below best better between big both bring brings but buy by call called calls came can cannot come comes could \
day days did didn't do does doesn't doing don't done down during each early easily easy either else end ends enough especially even ever \
every everybody everyone everything exactly few find finds first five for found four from full gave get gets getting give given gives \
giving go goes going gone good got great had half happen happens hard has hasn't have having he head help helps her here hers herself \
him himself his hold holds how however i if in inside instead into is isn't it it's its itself just keep keeps kept kind kinds knew know \
known knows large last late later least leave leaves left less let lets like little live long longer look looks lot made make makes \
making man many may maybe me mean means meant met might mine more most mostly move much must my myself name named near nearly need needs \
never new next no nobody none nor not nothing now nowhere of off often old on once one ones only onto open or other others our ours out \
outside over own part people per perhaps place plus put puts quickly quite rather ready real really right said same saw say says second \
see seem seems seen sense set sets several she should show shows side simple simply since six slowly small so some somebody someone \
something sometimes soon still stop such take taken takes taking tell tells ten than that that's the their theirs them themselves then \
there therefore these they thing things think this those though thought three through thus time times to today together told tomorrow \
too took toward towards true try turn turned turns twice two under unless unlike until up upon us use used uses using usual usually very \
via want wants was way ways we well went were weren't what whatever when whenever where wherever whether which while who whole whom whose \
why will wish with within without won't word words work works world would wouldn't year years yes yesterday yet you you're your yours \
yourself http https www com org html various based including includes include provides provide allows features directed directs written produced distributed released starring starred stars featured featuring \
following follows followed tells story independently";

/// Characters of grammar that a Chinese phrase neither begins nor ends with; inside they may stand.
const PARTICLES: &str = "的了是在和与及也都就而着或把被让对从到给个这那我你他她它们很最更又再还以于之其该此为则所且但却只才并由向往\
将会能可要应该吧吗呢啊哦嘛么什怎哪几每各某些里后前时间次种样点有没无不一二两三上下中内外来去说做用得地过起比像如因使令";

/// Characters that join phrases and are no part of one.
const JOINTS: &str = "的是了和与即可并或等且也都就为很最更需裹";

/// Chinese words that say nothing of what a text is about.
const TALK: &str = "自己 开始 今天 第一 适合 喜欢 觉得 知道 东西 地方 大约 左右 非常 比较 特别 已经 只需 制作 简单 方便 分钟 小时 公里 \
厘米 公斤 容易 完成 成为 进行 通过 根据 关于 包括 提供 作为 之一 几乎 其实 真正 整个 全部 许多 大量 不同 同样 最后 终于 直到 仍然 依然 \
甚至 任何 人们 大家 别人 一起 一样 需要 可以 没有 我们 起来 出来 下来 上去 回来 出锅 备料 一般 难度 步骤 适量 新手 初学者 准备 处理 过程 经验 传统 食材 关键 掌握 控制 完全 直接 日常 选择 尤其";

/// Which words are passed over.
pub(super) struct Stop {
    english: HashSet<&'static str>,
    talk: HashSet<&'static str>,
}

impl Stop {
    pub(super) fn new() -> Self {
        Self { english: ENGLISH.split_whitespace().collect(), talk: TALK.split_whitespace().collect() }
    }

    pub(super) fn word(&self, lower: &str) -> bool {
        self.english.contains(lower) || lower.strip_suffix("'s").is_some_and(|stem| self.english.contains(stem))
    }

    /// Whether characters without spaces are no phrase.
    pub(super) fn wide(&self, text: &str) -> bool {
        let ends = |c: Option<char>| c.is_none_or(|c| PARTICLES.contains(c));
        let counts = |c: &char| "一二三四五六七八九十百千万零两半几".contains(*c);
        let counted = text.chars().take_while(counts).count();
        ends(text.chars().next())
            || ends(text.chars().next_back())
            || counted > 1
            || counted == 1 && text.chars().nth(1).is_some_and(|c| "分小天年月日度克次层步".contains(c))
            || text.chars().count() > 2 && text.contains(|c| JOINTS.contains(c))
            || self.talk.contains(text)
    }
}
