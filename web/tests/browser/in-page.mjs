// What tests do in a page, whichever browser it is in. Each function stands for itself: it is handed to the page as text.

/** Answers the steps of a golden case: through the package, or where vectors are given through the engine itself. */
export async function answerSteps({ bytes, index, steps, given, fingerprint, worker }) {
  const [catalogue, words] = [bytes, index].map((text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
  const answers = [];
  const caught = async (run) => {
    try {
      answers.push({ reply: (await run()) ?? null });
    } catch (error) {
      answers.push({ error: { code: error.code ?? error.name, message: error.message } });
    }
  };
  if (given) {
    const { default: init, Engine } = await import('/predilect/wasm/engine.js');
    await init({ module_or_path: await (await fetch('/predilect/wasm/engine_bg.wasm')).arrayBuffer() });
    const engine = new Engine(catalogue);
    for (const [call, given] of steps) {
      // A list of events has no vector to take out.
      const { vector, ...rest } = given;
      const request = Array.isArray(given) ? given : rest;
      await caught(() => {
        const numbers = vector && new Float32Array(vector);
        if (call === 'describe')
          return engine.describe(request.text, numbers, fingerprint, request.at ?? 0, request.weight ?? 1);
        if (call === 'search')
          return JSON.parse(engine.search(undefined, numbers, fingerprint, JSON.stringify(request)));
        const reply = engine[call](JSON.stringify(request));
        return reply === undefined ? null : JSON.parse(reply);
      });
    }
    return answers;
  }
  const { Recommender } = await import('/predilect/index.js');
  const recommender = await Recommender.create({ catalogue, words, encoder: '/model/', worker });
  for (const [call, request] of steps) {
    await caught(() => {
      const { text, at = 0, weight = 1, ...rest } = request;
      if (call === 'describe') return recommender.describe(text, { at, weight });
      if (call === 'ask') return recommender.ask(text, { ...rest, by: 'both' });
      if (call === 'search') return recommender.search(text, { ...rest, by: 'meaning' });
      if (call === 'follow') return recommender.follow(request.topic, { at, weight });
      if (call === 'classify') return recommender.classify(request.texts, { labels: request.labels });
      if (call === 'profile') return recommender.profile();
      return recommender[call](request);
    });
  }
  recommender.close();
  return answers;
}

/** What indexes of vectors answer to exact searches, of several dimensions, for one query and several, with removed rows and a choice of rows. */
export async function askVectors() {
  const { VectorIndex } = await import('/predilect/vectors.js');
  const found = [];
  // A dimension of whole steps, with half a step left, and one that the kernels do not have.
  for (const dimension of [128, 112, 40]) {
    let state = dimension;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32 - 0.5;
    };
    // Rows in groups, so that many are close to each other; some are equal.
    const centres = Array.from({ length: 50 }, () => Array.from({ length: dimension }, random));
    const vector = (row) => (row % 90 === 7 ? centres[7] : centres[row % 50].map((value) => value + 0.3 * random()));
    const index = await VectorIndex.create({ dimension });
    const rows = Array.from({ length: 3001 }, (_, row) => vector(row));
    index.add(Float32Array.from(rows.flat()));
    const ask = (count, options) => {
      const queries = Float32Array.from(Array.from({ length: count }, (_, i) => vector(i * 7)).flat());
      for (const { rows, scores } of index.search(queries, { exact: true, ...options })) {
        found.push([dimension, count, [...rows].join(), [...scores].join()]);
      }
    };
    for (const count of [1, 3, 4, 9]) ask(count, { k: 20 });
    index.set(5, Float32Array.from(centres[7]));
    for (const row of [7, 97, 2000]) index.remove(row);
    index.add(Float32Array.from(centres[3]));
    const only = Uint32Array.from({ length: 700 }, (_, i) => (i * 13) % 3002);
    for (const count of [1, 5]) ask(count, { k: 12, only });
  }
  return found;
}
