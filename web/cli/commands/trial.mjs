/**
 * The page of `predilect serve`.
 *
 * @param {{name: string, attributes: string, searches: boolean}} of `name` and `attributes` are HTML
 */
export const trialPage = ({ name, attributes, searches }) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <title>${name} · Predilect</title>
    <style>
      :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
      body { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
      h1 { font-size: 1.25rem; }
      p { opacity: .75; }
      main { display: grid; gap: 2.5rem; }
    </style>
    <script type="module" src="/elements/index.js"></script>
  </head>
  <body>
    <h1>${name}</h1>
    <p>Like something, and the list changes. What you do here stays in this browser, and is forgotten when you leave unless you let it be kept.</p>
    <main>
      ${searches ? `<predilect-search ${attributes}></predilect-search>` : ''}
      <predilect-feed ${attributes} heading="For you" k="12" more></predilect-feed>
      <predilect-profile ${attributes} heading="What is known of you" map></predilect-profile>
    </main>
  </body>
</html>
`;
