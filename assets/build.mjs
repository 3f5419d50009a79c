// Builds the style sheets and scripts of the pages into static/build/.
// Run by `npm run build`; needs nothing but the packages of package-lock.json.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import * as sass from 'sass'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const out = join(root, 'static', 'build')

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

const styles = sass.compile(join(root, 'assets', 'sass', 'app.scss'), {
  loadPaths: [root, join(root, 'node_modules')],
  quietDeps: true,
  style: 'expanded'
})
// The second pass shortens further than sass does (merged rules, shorthand).
// Phones bought years ago are still in use, so nothing newer than these browsers may remain.
// No picture of the libraries is shipped, so no rule may ask for one.
const withoutPictures = styles.css.replace(/^\s*background-image: url\(.*\);$/gm, '')
const shortened = await esbuild.transform(withoutPictures, {
  loader: 'css',
  minify: true,
  target: ['chrome80', 'firefox78', 'safari13']
})
writeFileSync(join(out, 'app.css'), shortened.code)

await esbuild.build({
  entryPoints: [join(root, 'assets', 'js', 'app.mjs')],
  outfile: join(out, 'app.js'),
  bundle: true,
  minify: true,
  format: 'iife',
  legalComments: 'none',
  target: 'es2020'
})
copyFileSync(join(root, 'node_modules/htmx.org/dist/htmx.min.js'), join(out, 'htmx.js'))

for (const name of ['app.css', 'app.js', 'htmx.js']) {
  const bytes = readFileSync(join(out, name))
  const small = gzipSync(bytes, { level: 9 }).length
  console.log(`${name.padEnd(8)} ${bytes.length} bytes, ${small} gzipped`)
}
