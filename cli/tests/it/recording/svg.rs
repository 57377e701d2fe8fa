//! A terminal as a picture: a line of text for each row, which appears when it would. Where nothing moves, all of it stands
//! there.

use std::fmt::Write as _;

/// Rows of the terminal; the picture ends with the last that holds something.
const ROWS: u16 = 100;
/// Pixels of a cell, and around all of them.
const CELL: (f32, f32) = (8.4, 20.0);
const MARGIN: f32 = 16.0;

/// Seconds before a line appears: one that is typed, one that took long, the first after what was typed, and any other.
const TYPED: f32 = 1.4;
const AWAITED: f32 = 1.8;
const FIRST: f32 = 0.9;
const NEXT: f32 = 0.12;

const STYLE: &str = "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#d8dee9;\
animation:appear .01s both}\n\
.bold{font-weight:bold}.c1{fill:#f07178}.c2{fill:#a3d977}.c3{fill:#ffcb6b}.c6{fill:#82dcf0}\n\
@keyframes appear{from{opacity:0}}\n\
@media(prefers-reduced-motion){text{animation:none}}";

/// Draws what a terminal of so many columns shows after this was written to it.
pub(super) fn drawn(written: &str, columns: u16) -> String {
    let mut parser = vt100::Parser::new(ROWS, columns, 0);
    parser.process(written.as_bytes());
    let screen = parser.screen();
    let plain: Vec<String> = screen.rows(0, columns).map(|row| row.trim_end().to_owned()).collect();
    let rows = plain.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
    let (mut lines, mut seconds) = (String::new(), 0.0);
    for (row, text) in plain.iter().enumerate().take(rows) {
        seconds += pause(row.checked_sub(1).map(|before| plain[before].as_str()), text);
        let y = MARGIN + CELL.1 * (f32::from(u16::try_from(row).unwrap()) + 0.75);
        let spans = spans(screen, u16::try_from(row).unwrap(), columns);
        writeln!(lines, "<text x=\"{MARGIN}\" y=\"{y}\" style=\"animation-delay:{seconds:.2}s\">{spans}</text>")
            .unwrap();
    }
    let width = f32::from(columns) * CELL.0 + 2.0 * MARGIN;
    let height = f32::from(u16::try_from(rows).unwrap()) * CELL.1 + 2.0 * MARGIN;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" xml:space=\"preserve\">\n<title>iac in a terminal: up, instance list, ssh, down</title>\n<style>\n{STYLE}\n</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1f2430\"/>\n{lines}</svg>\n"
    )
}

/// How long a line keeps a reader waiting.
fn pause(before: Option<&str>, text: &str) -> f32 {
    let is_typed = |line: &str| line.starts_with("$ ");
    match before {
        None => 0.0,
        Some(_) if is_typed(text) => TYPED,
        Some(_) if text.contains(" is running at ") || text.starts_with("terminate instance") => AWAITED,
        Some(before) if is_typed(before) || before.contains("[y/N]") => FIRST,
        Some(_) => NEXT,
    }
}

/// The cells of a row, those of one style together.
fn spans(screen: &vt100::Screen, row: u16, columns: u16) -> String {
    let mut runs: Vec<(String, String)> = Vec::new();
    for column in 0..columns {
        let cell = screen.cell(row, column).unwrap();
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let style = class(cell);
        match runs.last_mut() {
            Some((last, run)) if *last == style || text == " " => run.push_str(text),
            _ => runs.push((style, text.to_owned())),
        }
    }
    if let Some((_, last)) = runs.last_mut() {
        last.truncate(last.trim_end().len());
    }
    let span = |(style, text): &(String, String)| match style.as_str() {
        "" => escaped(text),
        style => format!("<tspan class=\"{style}\">{}</tspan>", escaped(text)),
    };
    runs.iter().map(span).collect()
}

fn class(cell: &vt100::Cell) -> String {
    let bold = cell.bold().then(|| "bold".to_owned());
    let colour = match cell.fgcolor() {
        vt100::Color::Idx(index) => Some(format!("c{index}")),
        _ => None,
    };
    bold.into_iter().chain(colour).collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
