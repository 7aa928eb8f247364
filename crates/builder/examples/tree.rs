//! tmp
use predilect_builder::{phrases::Phrases, topics};
use predilect_core::{Catalogue, ItemIdx};
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let bytes = std::fs::read(path).unwrap();
    let c = Catalogue::open(bytes).unwrap();
    let t = std::time::Instant::now();
    let p = Phrases::find(&c).unwrap();
    eprintln!("{} phrases in {:?}", p.list.len(), t.elapsed());
    let t = std::time::Instant::now();
    let tree = topics::topics(&c, &p);
    eprintln!("topics in {:?}", t.elapsed());
    for (at, topic) in tree.tree.iter().enumerate() {
        let n = c.items().filter(|&i: &ItemIdx| tree.holds(at, i)).count();
        println!("{}{} {} | {}", if topic.parent.is_some() { "    " } else { "" }, n, topic.names.join(" / "), topic.keywords.iter().map(|k| k.join(", ")).collect::<Vec<_>>().join(" ; "));
    }
}
