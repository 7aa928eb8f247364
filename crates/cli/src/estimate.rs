//! `predilect estimate`: counts from the reports of `aggregate()`, drawn by optimised unary encoding.
//!
//! A report has a bit for each topic and one for "none of these". The bit of the person's own topic is 1 with probability
//! `p = 1/2`, every other with `q = 1 / (e^epsilon + 1)` (Wang, Blocki, Li and Jha, USENIX Security 2017). So `(bit - q) / (p - q)`
//! is 1 on average for a person of that topic and 0 for others, and its sum over all reports is the count on average. Its
//! variance is `q (1 - q) / (p - q)^2 = 4 e^epsilon / (e^epsilon - 1)^2` for each other person, and `p (1 - p) / (p - q)^2` for
//! each of the topic.

use std::path::Path;

use predilect_core::candidates::chance;
use serde_json::{Value, json};

use crate::args::EstimateArgs;
use crate::failure::Failure;
use crate::files;
use crate::table::{self, number, text};

/// Version of reports that is read.
const FORMAT: u64 = 1;
/// More than the package lets a report give away says that the file is something else.
const MOST_EPSILON: f64 = 16.0;
/// The last bit.
const NONE: &str = "none of these";

/// The probability that the bit of the person's own topic is 1.
const P: f64 = 0.5;

/// The probability that any other bit is.
fn q(epsilon: f64) -> f64 {
    1.0 / (epsilon.exp() + 1.0)
}

/// Sums over reports, each of its own privacy loss.
#[derive(Debug, Default, Clone, PartialEq)]
struct Counts {
    reports: usize,
    topics: Vec<String>,
    /// Estimated people by topic; the last is for none.
    estimates: Vec<f64>,
    /// Variance that a report of another topic, and one of this topic, brings; summed over all reports.
    others: f64,
    own: f64,
}

impl Counts {
    fn add(&mut self, epsilon: f64, bits: impl Iterator<Item = bool>) {
        let q = q(epsilon);
        for (sum, bit) in self.estimates.iter_mut().zip(bits) {
            *sum += (f64::from(u8::from(bit)) - q) / (P - q);
        }
        self.reports += 1;
        self.others += q * (1.0 - q) / (P - q).powi(2);
        self.own += P * (1.0 - P) / (P - q).powi(2);
    }

    /// Standard error of a count, were `share` of all people of its topic.
    fn error(&self, share: f64) -> f64 {
        let share = share.clamp(0.0, 1.0);
        (share * self.own + (1.0 - share) * self.others).sqrt()
    }

    /// Topic, count, its standard error.
    fn rows(&self) -> impl Iterator<Item = (&str, f64, f64)> {
        let names = self.topics.iter().map(String::as_str).chain([NONE]);
        names.zip(&self.estimates).map(|(name, &count)| (name, count, self.error(count / self.reports as f64)))
    }
}

/// `predilect estimate`.
pub fn estimate(args: &EstimateArgs) -> Result<(), Failure> {
    if let Some(people) = args.simulate {
        return simulate(people as usize, args);
    }
    let path = args.reports.as_deref().unwrap_or(Path::new("-"));
    let counts = read(path)?;
    let share = |count: f64| count / counts.reports as f64;
    if args.json {
        let topics: Vec<Value> = counts
            .rows()
            .map(
                |(topic, count, error)| json!({"topic": topic, "people": count, "error": error, "share": share(count)}),
            )
            .collect();
        println!("{}", json!({"reports": counts.reports, "topics": topics}));
        return Ok(());
    }
    println!("{} reports\n", counts.reports);
    let rows: Vec<Vec<String>> = counts
        .rows()
        .map(|(topic, count, error)| {
            vec![
                topic.to_owned(),
                format!("{count:.0}"),
                format!("{error:.0}"),
                format!("{:.1} %", 100.0 * share(count)),
            ]
        })
        .collect();
    print!(
        "{}",
        table::render(&[text("topic", 40), number("people"), number("± standard error"), number("share")], &rows)
    );
    Ok(())
}

fn read(path: &Path) -> Result<Counts, Failure> {
    let mut bytes = Vec::new();
    files::stream(path, |piece, _| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    let lines = String::from_utf8_lossy(&bytes);
    let mut counts = Counts::default();
    for (at, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        add_line(&mut counts, line)
            .map_err(|what| Failure::data(format!("{}: line {}: {what}", path.display(), at + 1)))?;
    }
    match counts.reports {
        0 => Err(Failure::data(format!(
            "{}: there is no report; give one a line, as aggregate() made them",
            path.display()
        ))),
        _ => Ok(counts),
    }
}

fn add_line(counts: &mut Counts, line: &str) -> Result<(), String> {
    let report: Value = serde_json::from_str(line).map_err(|error| format!("is no JSON: {error}"))?;
    match report["predilect"].as_u64() {
        Some(FORMAT) if report["mechanism"] == "oue" => {}
        Some(version) if version > FORMAT => {
            return Err(format!("has format {version}, this version reads {FORMAT}; update predilect"));
        }
        _ => return Err("is no report of aggregate()".to_owned()),
    }
    let epsilon = report["epsilon"].as_f64().filter(|epsilon| *epsilon > 0.0 && *epsilon <= MOST_EPSILON);
    let epsilon = epsilon.ok_or_else(|| format!("has {} for an epsilon", report["epsilon"]))?;
    let topics = report["topics"].as_array().map(|list| list.iter().map(|t| t.as_str().map(str::to_owned)).collect());
    let topics: Vec<String> = topics.flatten().ok_or("lists no topics")?;
    let bits = report["bits"].as_str().filter(|bits| bits.bytes().all(|bit| matches!(bit, b'0' | b'1')));
    let bits = bits.filter(|bits| bits.len() == topics.len() + 1);
    let bits = bits
        .ok_or_else(|| format!("does not have {} bits for {} topics and for none", topics.len() + 1, topics.len()))?;
    if counts.reports == 0 {
        counts.estimates = vec![0.0; bits.len()];
        counts.topics = topics;
    } else if counts.topics != topics {
        return Err("has other topics than the reports above; estimate each list by itself".to_owned());
    }
    counts.add(epsilon, bits.bytes().map(|bit| bit == b'1'));
    Ok(())
}

/// The error of counts over many draws beside that of the theory.
fn simulate(people: usize, args: &EstimateArgs) -> Result<(), Failure> {
    let (topics, trials) = (args.topics as usize, args.trials as usize);
    if !(args.epsilon > 0.0 && args.epsilon <= MOST_EPSILON) {
        return Err(Failure::usage(format!(
            "--epsilon {}: expected a number above 0, at most {MOST_EPSILON}",
            args.epsilon
        )));
    }
    let Simulated { mean, error, theory } = draw(people, topics, args.epsilon, trials, args.seed);
    if args.json {
        println!(
            "{}",
            json!({"people": people, "topics": topics, "epsilon": args.epsilon, "trials": trials, "seed": args.seed,
                "meanDifference": mean, "error": error, "theory": theory})
        );
        return Ok(());
    }
    println!("{people} people, {topics} topics and none, epsilon {}, {trials} times", args.epsilon);
    println!("standard error of a count  {error:.1} people ({:.2} % of all)", 100.0 * error / people as f64);
    println!("by the theory              {theory:.1} people");
    println!("mean difference to truth   {mean:.2} people");
    Ok(())
}

#[derive(Debug)]
struct Simulated {
    /// Mean difference between estimates and truth.
    mean: f64,
    /// Root of the mean square of that difference.
    error: f64,
    /// What the theory says that is.
    theory: f64,
}

/// People over topics like `1 / rank`, drawn `trials` times.
fn draw(people: usize, topics: usize, epsilon: f64, trials: usize, seed: u64) -> Simulated {
    let weights: Vec<f64> = (0..=topics).map(|rank| 1.0 / (rank + 1) as f64).collect();
    let total: f64 = weights.iter().sum();
    let mut truth: Vec<usize> = weights.iter().map(|weight| (weight / total * people as f64) as usize).collect();
    truth[0] += people - truth.iter().sum::<usize>();
    let q = q(epsilon);
    let mut counter = 0;
    let mut uniform = || {
        counter += 1;
        chance(seed, counter)
    };
    let (mut sum, mut square, mut theory) = (0.0, 0.0, 0.0);
    for _ in 0..trials {
        let mut counts = Counts { estimates: vec![0.0; topics + 1], ..Counts::default() };
        for (topic, &many) in truth.iter().enumerate() {
            for _ in 0..many {
                counts.add(epsilon, (0..=topics).map(|bit| uniform() < if bit == topic { P } else { q }));
            }
        }
        for (estimate, &many) in counts.estimates.iter().zip(&truth) {
            sum += estimate - many as f64;
            square += (estimate - many as f64).powi(2);
            theory += counts.error(many as f64 / people as f64).powi(2);
        }
    }
    let cells = (trials * (topics + 1)) as f64;
    Simulated { mean: sum / cells, error: (square / cells).sqrt(), theory: (theory / cells).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts_of(lines: &[String]) -> Result<Counts, String> {
        let mut counts = Counts::default();
        lines.iter().try_for_each(|line| add_line(&mut counts, line)).map(|()| counts)
    }

    fn line(epsilon: f64, bits: &str) -> String {
        let topics: Vec<String> = (1..bits.len()).map(|n| format!("t{n}")).collect();
        json!({"predilect": 1, "mechanism": "oue", "epsilon": epsilon, "topics": topics, "bits": bits}).to_string()
    }

    /// Over all rows of bits, weighted by how likely each is, the estimate is exactly the truth and its variance the theory's.
    #[test]
    fn estimates_are_unbiased_and_spread_as_the_theory_says() {
        for epsilon in [0.1, 0.5, 1.0, 2.0, 4.0] {
            let q = q(epsilon);
            for value in 0..4_usize {
                let (mut sum, mut mean, mut square) = (0.0, [0.0; 4], [0.0; 4]);
                for row in 0..16_u32 {
                    let bits: Vec<bool> = (0..4).map(|at| row >> at & 1 == 1).collect();
                    let likely = |(at, &bit): (usize, &bool)| {
                        let one = if at == value { P } else { q };
                        if bit { one } else { 1.0 - one }
                    };
                    let probability: f64 = bits.iter().enumerate().map(likely).product();
                    let mut counts = Counts { estimates: vec![0.0; 4], ..Counts::default() };
                    counts.add(epsilon, bits.into_iter());
                    sum += probability;
                    for at in 0..4 {
                        mean[at] += probability * counts.estimates[at];
                        square[at] += probability * counts.estimates[at].powi(2);
                    }
                }
                assert!((sum - 1.0).abs() < 1e-12);
                let mut one = Counts { estimates: vec![0.0; 4], ..Counts::default() };
                one.add(epsilon, [false; 4].into_iter());
                for at in 0..4 {
                    let truth = f64::from(u8::from(at == value));
                    assert!((mean[at] - truth).abs() < 1e-9, "epsilon {epsilon}: {} for {truth}", mean[at]);
                    let spread = (square[at] - mean[at].powi(2)).sqrt();
                    assert!((spread / one.error(truth) - 1.0).abs() < 1e-9);
                }
                let theory = 4.0 * epsilon.exp() / (epsilon.exp() - 1.0).powi(2);
                assert!((one.others / theory - 1.0).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn simulated_errors_are_those_of_the_theory() {
        for (people, topics, epsilon) in [(2000, 8, 0.5), (2000, 8, 1.0), (500, 16, 2.0), (300, 4, 4.0)] {
            let Simulated { mean, error, theory } = draw(people, topics, epsilon, 100, 8);
            // 500 and more squares: their mean is within a tenth, and the mean difference within 4 of its own errors.
            assert!((error / theory - 1.0).abs() < 0.1, "epsilon {epsilon}: {error} for {theory}");
            assert!(
                mean.abs() < 4.0 * theory / (100.0 * (topics + 1) as f64).sqrt(),
                "epsilon {epsilon}: off by {mean}"
            );
        }
    }

    /// Written by the package itself; its own test makes the same file.
    #[test]
    fn reports_of_the_package_are_counted() {
        let lines: Vec<String> = include_str!("../tests/reports.jsonl").lines().map(str::to_owned).collect();
        let counts = counts_of(&lines).expect("reports");
        assert_eq!(counts.reports, 400);
        for ((topic, count, error), truth) in counts.rows().zip([180.0, 120.0, 0.0, 100.0]) {
            assert!((count - truth).abs() < 3.0 * error, "{topic}: {count} ± {error} for {truth}");
        }
        assert_eq!(counts.rows().map(|row| row.0).collect::<Vec<_>>(), ["books", "films", "tea", NONE]);
    }

    #[test]
    fn reports_of_several_epsilons_add_up() {
        let counts = counts_of(&[line(1.0, "010"), line(2.0, "011")]).expect("reports");
        let each = |epsilon: f64, bit: f64| (bit - q(epsilon)) / (P - q(epsilon));
        assert!((counts.estimates[2] - each(1.0, 0.0) - each(2.0, 1.0)).abs() < 1e-12);
        assert!((counts.estimates[1] - each(1.0, 1.0) - each(2.0, 1.0)).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_report_is_refused_by_its_reason() {
        let good = line(1.0, "010");
        for (bad, why) in [
            ("{".to_owned(), "no JSON"),
            ("{}".to_owned(), "no report"),
            (good.replace("oue", "olh"), "no report"),
            (good.replace("\"predilect\":1", "\"predilect\":2"), "format 2"),
            (good.replace("1.0", "-1.0"), "epsilon"),
            (good.replace("1.0", "\"a lot\""), "epsilon"),
            (good.replace("010", "01"), "3 bits"),
            (good.replace("010", "012"), "3 bits"),
            (good.replace("\"t1\",", "7,"), "no topics"),
            (good.replace("t1", "other"), "other topics"),
        ] {
            let error = counts_of(&[good.clone(), bad.clone()]).expect_err(&bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
    }
}
