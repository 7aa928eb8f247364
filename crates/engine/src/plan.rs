//! The pure parts of a recommendation: what to ask of the search, which candidates its hits make, and how they are ranked.

use predilect_core::candidates::{Candidate, Source, by_chance, first_allowed, join};
use predilect_core::catalogue::LinkKind;
use predilect_core::rank::{Moment, RankConfig, Ranked, Weights, rank};
use predilect_core::reason::Cause;
use predilect_core::rules::{Pin, Push, push};
use predilect_core::surface::{because, continued, similar, together, trending};
use predilect_core::{Bitmap, Catalogue, Focus, ItemIdx, Query, Request, Surface, Taste};
use predilect_search::Hit;

use crate::request::RecommendRequest;

/// Up to this many allowed items are all ranked: no search can then miss one.
const RANK_ALL: usize = 1000;

/// Orders that depend on the catalogue only.
#[derive(Debug)]
pub(crate) struct Orders {
    pub popular: Vec<ItemIdx>,
    pub fresh: Vec<ItemIdx>,
    pub trend: Vec<ItemIdx>,
}

/// A request with all it refers to.
pub(crate) struct Asked<'a> {
    pub request: &'a RecommendRequest,
    pub taste: Taste,
    pub allowed: Bitmap,
    pub focus: Option<Focus>,
    /// What the person began, the latest first.
    pub begun: Vec<(ItemIdx, Cause)>,
    pub pushes: Vec<Push>,
    pub pins: Vec<Pin>,
    /// Of the ranking.
    pub weights: Weights,
    /// What is asked for in words, and what fits it best.
    pub wish: Option<(Request, Vec<ItemIdx>)>,
    /// Items that were taken of what was shown, and those that were passed over.
    pub met: [Vec<ItemIdx>; 2],
}

/// What one look for candidates asks of the search.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub queries: Vec<(Source, &'a Query)>,
    /// Hits a query is to fetch.
    pub fetch: usize,
    /// Whether everything allowed is a candidate, and nothing need be searched.
    pub whole: bool,
}

/// Decides what to search for: one query an interest and one for the session, or one for what the list is about.
pub(crate) fn plan<'a>(asked: &'a Asked<'_>, fetch: usize) -> Plan<'a> {
    let Asked { taste, focus, allowed, .. } = asked;
    let surface = asked.request.surface;
    let count = allowed.count();
    // What is close to one item is a choice in itself.
    let all = if surface == Surface::Because { 0 } else { RANK_ALL };
    let whole = surface == Surface::Continue || count <= fetch.max(all);
    let mut queries = Vec::new();
    match (surface, focus) {
        _ if whole => {}
        (Surface::ForYou, _) => {
            queries.extend(
                taste.interests.iter().enumerate().map(|(i, interest)| (Source::Interest(i as u32), &interest.query)),
            );
            queries.extend(taste.session.as_ref().map(|session| (Source::Session, &session.query)));
        }
        (_, Some(focus)) => queries.push((Source::Focus, &focus.query)),
        _ => {}
    }
    Plan { queries, fetch, whole }
}

/// Turns candidates into ranked items, best first.
pub(crate) fn finish(
    candidates: &[Candidate],
    asked: &Asked<'_>,
    catalogue: &Catalogue,
    orders: &Orders,
) -> Vec<Ranked> {
    let Asked { request, taste, focus, begun, weights, wish, met: [taken, passed], .. } = asked;
    let ranked = || {
        let moment = Moment { now: request.now, seed: request.seed, explore: request.explore, taken, passed };
        rank(candidates, taste, catalogue, weights, &RankConfig::default(), moment)
    };
    let scored = match (request.surface, focus) {
        (Surface::ForYou, _) => match wish {
            Some((wish, _)) => wish.add(ranked(), catalogue),
            None => ranked(),
        },
        (Surface::Continue, _) => continued(candidates, begun),
        (Surface::Trending, _) => {
            let known = [&orders.trend, &orders.popular, &orders.fresh].map(|order| !order.is_empty());
            trending(candidates, catalogue, known, request.now)
        }
        (Surface::Similar, Some(focus)) => similar(candidates, focus, catalogue),
        (Surface::Together, Some(focus)) => together(candidates, focus, catalogue, weights),
        (Surface::Because, Some(focus)) => because(ranked(), focus, catalogue, weights),
        (_, None) => Vec::new(),
    };
    push(scored, &asked.pushes)
}

/// Turns hits into candidates, together with what needs no search; those of `before` are among them, for what they say of the rest.
pub(crate) fn gather(
    plan: &Plan<'_>,
    hits: Vec<Vec<Hit>>,
    asked: &Asked<'_>,
    before: &[ItemIdx],
    catalogue: &Catalogue,
    orders: &Orders,
) -> Vec<Candidate> {
    let Asked { request, taste, allowed, focus, .. } = asked;
    let fetch = plan.fetch;
    let mut lists = vec![(Source::Asked, before.to_vec())];
    if request.surface == Surface::Continue {
        let own = asked.begun.iter().map(|(item, _)| *item).filter(|item| allowed.contains(item.row()));
        lists.push((Source::Asked, own.collect()));
        return join(lists);
    }
    if plan.whole {
        lists.push((Source::Explore, catalogue.items().filter(|item| allowed.contains(item.row())).collect()));
        return join(lists);
    }
    lists.push((Source::Asked, asked.pins.iter().map(|pin| pin.item).collect()));
    for push in asked.pushes.iter().filter(|push| push.by > 0.0) {
        lists.push((Source::Asked, by_chance(&push.rows, fetch, request.seed)));
    }
    if let Some((_, nearest)) = &asked.wish {
        lists.push((Source::Request, nearest.clone()));
    }
    let searched = plan.queries.iter().zip(hits);
    lists.extend(searched.map(|((source, _), hits)| (*source, hits.into_iter().map(|hit| hit.item).collect())));
    let trail = focus.as_ref().map_or(&taste.trail, |focus| &focus.trail);
    if request.surface != Surface::Trending {
        lists.extend(LinkKind::ALL.map(|kind| (Source::Link(kind), trail.closest(kind, allowed, fetch))));
    }
    if focus.is_none() {
        lists.push((Source::Popular, first_allowed(&orders.popular, allowed, fetch)));
        lists.push((Source::Trend, first_allowed(&orders.trend, allowed, fetch)));
        lists.push((Source::Fresh, first_allowed(&orders.fresh, allowed, fetch)));
        let found: usize = lists.iter().skip(1).map(|(_, items)| items.len()).sum();
        if request.explore > 0.0 || found < fetch {
            lists.push((Source::Explore, by_chance(allowed, fetch, request.seed)));
        }
    }
    join(lists)
}
