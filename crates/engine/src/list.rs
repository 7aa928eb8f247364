//! Lists: what a request asks for, made in stages. Each looks for more candidates than the one before and is good for so many
//! places; which stage chooses a place does not depend on how long a list is asked for, so that pages join without a seam.

use predilect_core::candidates::Candidate;
use predilect_core::catalogue::{Column, Labels};
use predilect_core::choose::{DiversityConfig, Pool, Shape, choose};
use predilect_core::rank::{Context, Ranked, explain};
use predilect_core::rules::{Pin, Push};
use predilect_core::surface::begun;
use predilect_core::taste::{Evidence, Origin};
use predilect_core::{Bitmap, Focus, ItemIdx, Query, Surface, Taste};
use predilect_search::{Hit, Outline, Rows, top_k};

use crate::cursor::Shown;
use crate::plan::{Asked, Plan, finish, gather, plan};
use crate::request::{About, PushRule, RecommendRequest, Reply, refuse};
use crate::search::by;
use crate::{Engine, EngineError};

/// Places that the first stage is good for; each further one for four times as many.
const PLACES: usize = 32;
/// Hits that a query fetches for a place.
const FETCH: usize = 2;

impl Engine {
    /// Recommends items.
    ///
    /// # Errors
    /// Refuses a request whose values are out of range, whose fields do not fit the catalogue or whose items it lacks.
    pub fn recommend(&self, request: &RecommendRequest) -> Result<Reply, EngineError> {
        Ok(self.page(request, Shown::default())?.0)
    }

    /// As [`Engine::recommend`], without fields and reasons.
    ///
    /// # Errors
    /// As [`Engine::recommend`].
    pub fn rank(&self, request: &RecommendRequest) -> Result<Vec<Ranked>, EngineError> {
        let (asked, _) = self.asked(request, None)?;
        self.list(&asked, Vec::new(), request.k)
    }

    /// The candidates of a list and the taste they are for, before anything is ranked: for training.
    ///
    /// # Errors
    /// As [`Engine::recommend`].
    pub fn candidates(&self, request: &RecommendRequest) -> Result<(Vec<Candidate>, Taste), EngineError> {
        let (asked, _) = self.asked(request, None)?;
        let plan = plan(&asked, FETCH * request.k);
        let found = gather(&plan, self.hits(&asked, &plan), &asked, &[], &self.catalogue, &self.orders);
        Ok((found, asked.taste))
    }

    /// The items that follow `shown`, and if there are more what has been shown then. As long as the profile stays the same, all
    /// pages together are the one list that as many items would have been; whatever happens, nothing comes again.
    ///
    /// # Errors
    /// As [`Engine::recommend`].
    pub fn page(&self, request: &RecommendRequest, mut shown: Shown) -> Result<(Reply, Option<Shown>), EngineError> {
        let (asked, because) = self.asked(request, shown.about)?;
        // One more tells whether there is a next page.
        let mut list = self.list(&asked, shown.items.clone(), request.k + 1)?;
        let more = list.len() > request.k;
        list.truncate(request.k);
        shown.items.extend(list.iter().map(|ranked| ranked.item));
        // However the person's causes change, the list stays about this one.
        shown.about = because.as_ref().and_then(|about| self.catalogue.find(&about.item));
        let rules = names(request);
        let Asked { taste, focus, begun, wish, .. } = &asked;
        let wish = wish.as_ref().map(|(wish, _)| wish);
        let context =
            Context { taste, catalogue: &self.catalogue, focus: focus.as_ref(), begun, rules: &rules, request: wish };
        let item = |ranked: Ranked| self.reply_item(ranked.item, ranked.score, explain(&ranked, &context));
        let items = list.into_iter().map(item).collect::<Result<_, _>>()?;
        let told = &request.told;
        let by = wish.map(|_| by(told.words.is_some(), told.meaning.is_some()));
        Ok((Reply { items, by, because, next: None }, more.then_some(shown)))
    }

    /// Finds all that a request refers to, and what a list of `because` is about.
    fn asked<'a>(
        &self,
        request: &'a RecommendRequest,
        about: Option<ItemIdx>,
    ) -> Result<(Asked<'a>, Option<About>), EngineError> {
        request.check()?;
        let mut allowed = self.filter(&request.filter)?;
        for id in &request.exclude {
            if let Some(item) = self.catalogue.find(id) {
                allowed.remove(item.row());
            }
        }
        if let Some(name) = &request.topic {
            let topic = self.topic(name)?;
            let topics = self.catalogue.topics();
            self.catalogue
                .items()
                .filter(|&item| !topics.holds(topic, item))
                .for_each(|item| allowed.remove(item.row()));
        }
        let taste = self.taste(request.now);
        if !request.include_owned {
            taste.known.iter().for_each(|item| allowed.remove(item.row()));
        }
        let mut items: Vec<ItemIdx> = request.items.iter().map(|id| self.find(id)).collect::<Result<_, _>>()?;
        let mut because = None;
        if request.surface == Surface::Because {
            items.extend(about.filter(|_| items.is_empty()));
            let cause = strongest(&taste, items.first().copied());
            items.extend(cause.filter(|_| items.is_empty()).map(|cause| cause.item));
            because = items.first().map(|&item| About {
                item: self.catalogue.id(item).to_owned(),
                kind: cause.map(|own| own.cause.kind),
                at: cause.map(|own| own.cause.at),
            });
        }
        items.iter().for_each(|item| allowed.remove(item.row()));
        let focus = (!items.is_empty()).then(|| Focus::new(&items, &self.catalogue));
        let mut begun =
            if request.surface == Surface::Continue { begun(&self.profile, &self.catalogue) } else { Vec::new() };
        begun.retain(|(item, _)| !taste.muted.iter().any(|interest| interest.has(*item)));
        let pins = self.pins(request, &allowed)?;
        let pushes = self.pushes(request, &allowed)?;
        // Lists that no signals rank need not wait for what choices say.
        let ranked = !matches!(request.surface, Surface::Similar | Surface::Continue | Surface::Trending);
        let weights = self.weights(request.personal && ranked);
        let met =
            if request.personal && request.explore > 0.0 { self.choices.borrow().met() } else { Default::default() };
        let wish = request.text.as_ref().map(|text| self.wish(text, request, &allowed)).transpose()?;
        Ok((Asked { request, taste, allowed, focus, begun, pushes, pins, weights, wish, met }, because))
    }

    fn list(&self, asked: &Asked<'_>, mut before: Vec<ItemIdx>, count: usize) -> Result<Vec<Ranked>, EngineError> {
        let shape = self.shape(asked)?;
        let end = before.len() + count;
        let mut list = Vec::new();
        let mut places = PLACES;
        if asked.request.surface == Surface::Because && asked.focus.is_none() {
            return Ok(list);
        }
        loop {
            if before.len() < places {
                let plan = plan(asked, FETCH * places);
                let whole = plan.whole;
                let hits = self.hits(asked, &plan);
                let candidates = gather(&plan, hits, asked, &before, &self.catalogue, &self.orders);
                let ranked = finish(&candidates, asked, &self.catalogue, &self.orders);
                let until = if whole { end } else { end.min(places) };
                let pool = Pool { ranked, whole, before: &before };
                let config = DiversityConfig::default();
                let chosen = choose(pool, until - before.len(), &shape, &config, &asked.taste, &self.catalogue);
                before.extend(chosen.iter().map(|ranked| ranked.item));
                list.extend(chosen);
                if whole || before.len() == end {
                    return Ok(list);
                }
            }
            places *= 4;
        }
    }

    fn hits(&self, asked: &Asked<'_>, plan: &Plan<'_>) -> Vec<Vec<Hit>> {
        let queries: Vec<&Query> = plan.queries.iter().map(|(_, query)| *query).collect();
        let rows = Rows::from(&self.catalogue);
        if asked.focus.is_some() {
            return top_k(rows, None, &queries, plan.fetch, &asked.allowed);
        }
        let head = self.catalogue.header().outline.filter(|_| !queries.is_empty());
        let outline = head.map(|head| self.outline.get_or_init(|| Outline::at(rows, head.cut, head.reach)));
        self.memory.borrow_mut().top_k(rows, outline, &queries, plan.fetch, &asked.allowed)
    }

    fn shape<'a>(&'a self, asked: &Asked<'_>) -> Result<Shape<'a>, EngineError> {
        let request = asked.request;
        let mut shape = Shape { diversity: request.diversity(), pins: asked.pins.clone(), ..Shape::default() };
        // What says the same comes once.
        shape.caps.extend(self.catalogue.repeats().map(|labels| (labels, 1)));
        for (field, value) in &request.caps {
            let Some(most) = value.as_u64().filter(|&most| most > 0) else {
                return refuse(format!("caps on \"{field}\": found {value}, expected a whole number above 0"));
            };
            shape.caps.push((self.labels("caps", field)?, u32::try_from(most).unwrap_or(u32::MAX)));
        }
        for (field, value) in &request.calibration {
            let Some(strength) = value.as_f64().filter(|strength| (0.0..=1.0).contains(strength)) else {
                return refuse(format!("calibration on \"{field}\": found {value}, expected 0 to 1"));
            };
            shape.calibration.push((self.labels("calibration", field)?, strength));
        }
        Ok(shape)
    }

    fn labels(&self, what: &str, field: &str) -> Result<&Labels, EngineError> {
        if let Some((_, Column::Label(labels))) = self.catalogue.column(field) {
            return Ok(labels);
        }
        refuse(format!("{what} on \"{field}\": the catalogue has no such field of labels; info() lists them as facets"))
    }

    /// Those that may be shown, by place.
    fn pins(&self, request: &RecommendRequest, allowed: &Bitmap) -> Result<Vec<Pin>, EngineError> {
        let mut pins: Vec<Pin> = Vec::new();
        for (rule, pin) in request.pin.iter().enumerate() {
            let pin = Pin { item: self.find(&pin.item)?, place: pin.place, rule };
            if allowed.contains(pin.item.row()) {
                pins.insert(pins.partition_point(|other| other.place <= pin.place), pin);
            }
        }
        Ok(pins)
    }

    fn pushes(&self, request: &RecommendRequest, allowed: &Bitmap) -> Result<Vec<Push>, EngineError> {
        let up = request.boost.iter().map(|rule| (rule, 1.0));
        let down = request.bury.iter().map(|rule| (rule, -1.0));
        let push = |(at, (rule, sign)): (usize, (&PushRule, f64))| {
            let mut rows = self.filter(&rule.filter)?;
            rows.intersect(allowed);
            Ok(Push { rows, by: sign * rule.by, rule: request.pin.len() + at })
        };
        up.chain(down).enumerate().map(push).collect()
    }
}

/// Names of the rules, in the order of their numbers.
fn names(request: &RecommendRequest) -> Vec<&str> {
    let pushes = request.boost.iter().chain(&request.bury).map(|rule| rule.name.as_str());
    request.pin.iter().map(|rule| rule.name.as_str()).chain(pushes).collect()
}

/// What speaks most for any interest, or of `item`; of equals the latest.
fn strongest(taste: &Taste, item: Option<ItemIdx>) -> Option<&Evidence> {
    let mut best: Option<&Evidence> = None;
    for interest in &taste.interests {
        let Origin::Items(evidence) = &interest.origin else { continue };
        for own in evidence.iter().filter(|own| item.is_none_or(|item| own.item == item)) {
            if best.is_none_or(|other| (own.weight, own.cause.at) > (other.weight, other.cause.at)) {
                best = Some(own);
            }
        }
    }
    best
}
