/** What is asked of many keys in one go, and of some of them again. */

/** Asks once for each key; later answers are the first, also where that would be another by now. */
export function onceEach<K, V>(ask: (key: K) => V): (key: K) => V {
  const answers = new Map<K, { readonly answer: V }>();
  return (key) => {
    const known = answers.get(key) ?? { answer: ask(key) };
    answers.set(key, known);
    return known.answer;
  };
}
