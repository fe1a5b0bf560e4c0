// Opens pages in headless Chromium at the width of a phone and of a desk, and prints what is wrong with them: violations that axe-core finds,
// text that does not fit the width, errors of scripts. Exit status 1 if anything is.
//
//   node check-pages.mjs MODULES FOLDER SCREENSHOTS FILE...
//
// MODULES is the folder with axe-core and puppeteer-core. FILE with a leading + is looked at in both widths, and pictures are kept in SCREENSHOTS
// unless that is -.
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [modules, folder, screenshots, ...files] = process.argv.slice(2);
const require = createRequire(`${modules}/x.js`);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const widths = { phone: { width: 360, height: 740, isMobile: true, hasTouch: true }, desk: { width: 1280, height: 900 } };
const { default: puppeteer } = await import(pathToFileURL(require.resolve('puppeteer-core')));

// As from a web server: Chromium reports style sheets of files that it has in its memory as failed.
const types = { html: 'text/html', css: 'text/css', js: 'text/javascript' };
const server = createServer((request, response) => {
  const file = folder + new URL(request.url, 'http://x').pathname;
  response.writeHead(existsSync(file) ? 200 : 404, { 'content-type': types[file.split('.').pop()] ?? 'text/plain' });
  response.end(existsSync(file) ? readFileSync(file) : '');
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));

const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'] });
const wrong = [];
let looked = 0;
try {
  const page = await browser.newPage();
  let at = '';
  page.on('pageerror', error => wrong.push(`${at}: ${error.message}`));
  page.on('response', response => {
    if (!response.ok() && response.status() !== 304 && !response.url().endsWith('/favicon.ico')) wrong.push(`${at}: ${response.status()} ${response.url()}`);
  });
  for (const file of files) {
    const name = file.replace(/^\+/, '');
    for (const width of file.startsWith('+') ? Object.keys(widths) : ['phone']) {
      at = `${name} (${width})`;
      await page.setViewport(widths[width]);
      await page.goto(`http://127.0.0.1:${server.address().port}/${name}`, { waitUntil: 'load' });
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (sideways > 0) wrong.push(`${at}: ${sideways} pixels do not fit the width`);
      await page.evaluate(axe);
      const result = await page.evaluate(() => axe.run({ resultTypes: ['violations'] }));
      for (const each of result.violations) wrong.push(`${at}: ${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map(node => node.html).join(' | ')}`);
      if (screenshots !== '-' && file.startsWith('+')) await page.screenshot({ path: `${screenshots}/${name}-${width}.png` });
      looked++;
    }
  }
} finally {
  await browser.close();
  server.close();
}
wrong.forEach(line => console.log(line));
console.log(`LOOKED AT: ${looked} pages`);
process.exitCode = wrong.length ? 1 : 0;
