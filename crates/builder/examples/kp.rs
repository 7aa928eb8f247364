//! tmp
use predilect_builder::phrases::Phrases;
use predilect_core::{Catalogue, ItemIdx};
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let step: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let c = Catalogue::open(std::fs::read(path).unwrap()).unwrap();
    let t = std::time::Instant::now();
    let p = Phrases::find(&c).unwrap();
    eprintln!("{} phrases in {:?}", p.list.len(), t.elapsed());
    for row in (0..c.len()).step_by(step) {
        let k = p.key(&c, ItemIdx(row as u32), 5);
        let f: serde_json::Value = serde_json::from_str(c.fields(ItemIdx(row as u32)).unwrap().get()).unwrap();
        println!("{} | {}", f["title"].as_str().unwrap_or(""), k.iter().map(|k| format!("{} {:.2}", k.text, k.score)).collect::<Vec<_>>().join(" · "));
    }
}
