import { createHash } from 'node:crypto';

/** The one style sheet of the consumer's pages; it stands inline, so that a page is a single answer. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #eef1f5; --card: #ffffff; --line: #d9dfe7; --field-line: #7b8798;
  --ink: #17202c; --quiet: #526072; --accent: #14457e; --accent-strong: #0e3464; --on-accent: #ffffff;
  --focus: #1d6fd1; --alarm: #a1221b; --alarm-ground: #fdf0ef; --alarm-line: #eab9b5;
  --shadow: 0 1px 2px rgb(16 32 56 / 6%), 0 12px 32px rgb(16 32 56 / 8%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d131b; --card: #161e29; --line: #2a3544; --field-line: #72819a;
    --ink: #e8edf4; --quiet: #a3b0c2; --accent: #8fbcf5; --accent-strong: #b3d2fa; --on-accent: #0b1a2d;
    --focus: #8fbcf5; --alarm: #ffb4ac; --alarm-ground: #33191a; --alarm-line: #6d3431;
    --shadow: 0 1px 2px rgb(0 0 0 / 30%), 0 12px 32px rgb(0 0 0 / 28%);
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100svh; display: grid; grid-template-rows: auto 1fr auto;
  background: var(--page); color: var(--ink);
  font: 1rem/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif;
  overflow-wrap: anywhere;
}
.masthead { border-bottom: 1px solid var(--line); background: var(--card); }
.brand {
  max-width: 62rem; margin: 0 auto; padding: 1.05rem 1.5rem; font-size: 1.125rem; font-weight: 700;
  letter-spacing: -0.01em; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
}
main { width: 100%; max-width: 27.5rem; margin: 0 auto; padding: clamp(1.5rem, 9vh, 5.5rem) 1.25rem 2rem; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; padding: 2.25rem;
  box-shadow: var(--shadow);
}
h1 { margin: 0 0 0.375rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.015em; font-weight: 650; }
h2 { margin: 1.5rem 0 0.5rem; font-size: 0.9375rem; font-weight: 650; }
p { margin: 0 0 1rem; }
.lead { color: var(--quiet); margin-bottom: 1.5rem; }
.lead strong { color: var(--ink); font-weight: 600; }
label { display: block; margin-bottom: 0.375rem; font-size: 0.9375rem; font-weight: 600; }
.field { margin-bottom: 1.25rem; }
input:not([type=hidden]) {
  width: 100%; min-height: 3rem; padding: 0.625rem 0.875rem; font: inherit; color: var(--ink);
  background: var(--card); border: 1px solid var(--field-line); border-radius: 0.5rem;
}
input[aria-invalid=true] { border-color: var(--alarm); }
.actions, .choices { display: grid; gap: 0.75rem; margin-top: 1.75rem; }
.actions form, .actions + form { margin: 0; }
button, .button {
  display: block; width: 100%; min-height: 3rem; padding: 0.6875rem 1.25rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; cursor: pointer; border-radius: 0.5rem; border: 1px solid var(--accent);
  background: var(--accent); color: var(--on-accent);
}
button:hover, .button:hover { background: var(--accent-strong); border-color: var(--accent-strong); }
button.plain, .button.plain { background: transparent; color: var(--accent); border-color: var(--field-line); }
button.plain:hover, .button.plain:hover { background: var(--page); border-color: var(--accent); }
.aside { margin-top: 0.75rem; }
.others { display: grid; gap: 0.75rem; margin-top: 1.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
input.code:not([type=hidden]) { font-size: 1.25rem; letter-spacing: 0.25em; font-variant-numeric: tabular-nums; }
.notice { margin: 0 0 1.5rem; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--page); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
a { color: var(--accent); text-underline-offset: 0.15em; }
.alarm {
  margin: 0 0 1.5rem; padding: 0.75rem 1rem; border: 1px solid var(--alarm-line); border-radius: 0.5rem;
  background: var(--alarm-ground); color: var(--alarm); font-size: 0.9375rem;
}
.list { list-style: none; margin: 0 0 1.25rem; padding: 0; border: 1px solid var(--line); border-radius: 0.5rem; }
.list li { padding: 0.75rem 1rem; }
.list li + li { border-top: 1px solid var(--line); }
.list .name { display: block; font-weight: 600; }
.list .text { display: block; color: var(--quiet); font-size: 0.9375rem; }
.words { margin: 0 0 1.25rem; padding-left: 1.125rem; color: var(--quiet); font-size: 0.9375rem; }
.small { font-size: 0.8125rem; line-height: 1.5; color: var(--quiet); }
.developer { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.developer h2 { margin: 0 0 0.25rem; font-size: 0.8125rem; }
.developer p { margin: 0; }
code { display: inline-block; font: 0.9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; color: var(--ink); }
footer { padding: 1rem 1.5rem 1.5rem; text-align: center; }
@media (max-width: 30rem) {
  body { background: var(--card); }
  .brand { padding: 0.9375rem 1.25rem; }
  main { padding-top: 1.75rem; }
  .card { border: 0; border-radius: 0; box-shadow: none; padding: 0; }
  button.plain:hover, .button.plain:hover { background: var(--card); }
}
@media (forced-colors: active) { button, .button, .card { border: 1px solid ButtonText; } }
`;

/** For `style-src` of the Content-Security-Policy: nothing but exactly this style sheet applies. */
export const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`;
