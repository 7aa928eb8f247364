//! The two pure halves of a recommendation: what to ask of the search, and what to make of its hits.

use predilect_core::candidates::{Candidate, Source, by_chance, first_allowed, join};
use predilect_core::catalogue::LinkKind;
use predilect_core::diversify::{DiversifyConfig, diversify};
use predilect_core::rank::{Moment, RankConfig, Ranked, Weights, rank};
use predilect_core::{Bitmap, Catalogue, ItemIdx, Query, Taste};
use predilect_search::Hit;

use crate::request::RecommendRequest;

/// Up to this many allowed items are all ranked: no search can then miss one.
const RANK_ALL: usize = 1000;
/// Fewest hits a query fetches.
const MIN_FETCH: usize = 60;
/// Items that enter the choice by diversity, as a multiple of those wanted.
const POOL: usize = 8;

/// Orders that depend on the catalogue only.
#[derive(Debug)]
pub(crate) struct Orders {
    pub popular: Vec<ItemIdx>,
    pub fresh: Vec<ItemIdx>,
    pub trend: Vec<ItemIdx>,
}

/// What one recommendation asks of the search.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub queries: Vec<(Source, &'a Query)>,
    pub fetch: usize,
    pub allowed: Bitmap,
}

/// Decides what to search for: one query an interest and one for the session, unless everything allowed is ranked anyway.
pub(crate) fn plan<'a>(taste: &'a Taste, allowed: Bitmap, k: usize) -> Plan<'a> {
    let mut queries = Vec::new();
    if allowed.count() > RANK_ALL {
        queries.extend(
            taste.interests.iter().enumerate().map(|(i, interest)| (Source::Interest(i as u32), &interest.query)),
        );
        queries.extend(taste.session.as_ref().map(|session| (Source::Session, &session.query)));
    }
    Plan { queries, fetch: (4 * k).max(MIN_FETCH), allowed }
}

/// Turns hits into candidates, together with what needs no search.
pub(crate) fn gather(
    plan: &Plan<'_>,
    hits: Vec<Vec<Hit>>,
    catalogue: &Catalogue,
    orders: &Orders,
    taste: &Taste,
    request: &RecommendRequest,
) -> Vec<Candidate> {
    let Plan { allowed, fetch, .. } = plan;
    let mut lists: Vec<(Source, Vec<ItemIdx>)> = Vec::new();
    if allowed.count() <= RANK_ALL {
        lists.push((Source::Explore, catalogue.items().filter(|item| allowed.contains(item.row())).collect()));
    } else {
        let searched = plan.queries.iter().zip(hits);
        lists.extend(searched.map(|((source, _), hits)| (*source, hits.into_iter().map(|hit| hit.item).collect())));
        lists.push((Source::Popular, first_allowed(&orders.popular, allowed, *fetch)));
        let reached = |kind| (Source::Link(kind), taste.trail.closest(kind, allowed, *fetch));
        lists.extend(LinkKind::ALL.map(reached));
        lists.push((Source::Trend, first_allowed(&orders.trend, allowed, *fetch)));
        lists.push((Source::Fresh, first_allowed(&orders.fresh, allowed, *fetch)));
        let found: usize = lists.iter().map(|(_, items)| items.len()).sum();
        if request.explore > 0.0 || found < *fetch {
            lists.push((Source::Explore, by_chance(allowed, *fetch, request.seed)));
        }
    }
    join(lists)
}

/// Turns candidates into the list: rank, diversify.
pub(crate) fn finish(
    candidates: &[Candidate],
    catalogue: &Catalogue,
    taste: &Taste,
    weights: &Weights,
    [taken, passed]: &[Vec<ItemIdx>; 2],
    request: &RecommendRequest,
) -> Vec<Ranked> {
    let moment = Moment { now: request.now, seed: request.seed, explore: request.explore, taken, passed };
    let mut ranked = rank(candidates, taste, catalogue, weights, &RankConfig::default(), moment);
    ranked.truncate(request.k.saturating_mul(POOL).max(100));
    diversify(ranked, taste, catalogue, &DiversifyConfig::default(), request.diversity, request.k)
}
