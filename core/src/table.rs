//! Tables for terminals: aligned columns of plain text. What stands in them was written by others, so it is escaped, and
//! it may be wide: sentences then go on below, other texts are shortened, and what is typed or pasted elsewhere is not.
//! Where that leaves too little of a table, each row becomes a paragraph of its own.

use unicode_width::UnicodeWidthStr;

pub use crate::text::plain;
use crate::text::wrapped;

const GAP: &str = "  ";
/// What stands where there is nothing.
const ABSENT: &str = "-";
/// The columns that a sentence needs at least to be read.
const SENTENCE: usize = 20;
/// The columns that are left of any other text at least.
const SHORTENED: usize = 12;

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    text: String,
    kind: Kind,
}

/// What may be done to a cell for which there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It is cut, with `…` at its end.
    Text,
    /// Nothing: it is typed or pasted elsewhere.
    Id,
    /// It goes on in the next line of its column.
    Sentence,
}

impl Cell {
    /// Makes a cell that is shortened when the table is too wide.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { text: plain(text), kind: Kind::Text }
    }

    /// Makes a cell whose whole column is never shortened, because its text is typed or pasted elsewhere.
    #[must_use]
    pub fn id(text: &str) -> Self {
        Self { text: plain(text), kind: Kind::Id }
    }

    /// Makes a cell that takes several lines when the table is too wide.
    #[must_use]
    pub fn sentence(text: &str) -> Self {
        Self { text: plain(text), kind: Kind::Sentence }
    }

    /// Makes a cell that shows `-` where there is nothing.
    #[must_use]
    pub fn optional(text: Option<&str>) -> Self {
        Self::text(text.filter(|text| !text.is_empty()).unwrap_or(ABSENT))
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Its lines in a column of this width.
    fn lines(&self, width: usize) -> Vec<String> {
        match self.kind {
            Kind::Sentence => wrapped(&self.text, width, width).into_iter().map(str::to_owned).collect(),
            Kind::Text | Kind::Id => vec![shortened(&self.text, width)],
        }
    }
}

/// Lays rows out under headers in at most `width` columns of a terminal, each line ended and none with blanks at its end.
///
/// A column in which no row has anything is left out. Where the rest is too wide, sentences go on below and texts are
/// shortened, the widest first; where that is not enough, each row is a paragraph with a line for each of its cells.
#[must_use]
pub fn table(headers: &[&str], rows: &[Vec<Cell>], width: usize) -> String {
    let is_filled = |column: &usize| rows.is_empty() || rows.iter().any(|row| !row[*column].is_empty());
    let mut columns: Vec<Column<'_>> = (0..headers.len())
        .filter(is_filled)
        .map(|place| Column::of(headers[place], rows.iter().map(|row| &row[place]).collect()))
        .collect();
    // Beyond the last column there is nothing into which a long word could run.
    if let Some(last) = columns.last_mut().filter(|column| column.is_sentence()) {
        last.least = last.natural.min(SENTENCE).max(last.header.width());
    }
    match widths(&columns, width) {
        Some(widths) => aligned(&columns, &widths, rows.len()),
        None => paragraphs(&columns, width, rows.len()),
    }
}

/// Lays out what is known of one thing, a line for each value beside its label; values go on below where they are long.
#[must_use]
pub fn fields(rows: &[(&str, String)], width: usize) -> String {
    let labels = rows.iter().map(|(label, _)| label.width()).max().unwrap_or(0);
    rows.iter().map(|(label, value)| field(label, &plain(value), labels + GAP.len(), width)).collect()
}

/// A value beside its label, which takes so many columns.
fn field(label: &str, value: &str, labels: usize, width: usize) -> String {
    let room = width.saturating_sub(labels);
    let pieces = wrapped(value, room, room).into_iter().enumerate();
    let cells = pieces.map(|(number, piece)| (if number == 0 { label } else { "" }, piece));
    cells.map(|(label, piece)| format!("{}{piece}", padded(label, labels)).trim_end().to_owned() + "\n").collect()
}

/// The cells that stand below each other.
struct Column<'a> {
    header: &'a str,
    cells: Vec<&'a Cell>,
    /// As wide as its widest cell.
    natural: usize,
    /// As narrow as it can be read.
    least: usize,
}

impl<'a> Column<'a> {
    fn of(header: &'a str, cells: Vec<&'a Cell>) -> Self {
        let natural = cells.iter().map(|cell| cell.text.width()).fold(header.width(), usize::max);
        let least = match cells.iter().map(|cell| cell.kind).fold(Kind::Text, stricter) {
            Kind::Id => natural,
            Kind::Sentence => natural.min(SENTENCE.max(widest_word(&cells))),
            Kind::Text => natural.min(SHORTENED),
        };
        Self { header, cells, natural, least: least.max(header.width()) }
    }

    fn is_sentence(&self) -> bool {
        self.cells.iter().any(|cell| cell.kind == Kind::Sentence)
    }
}

/// What a sentence cannot be narrower than without running into the next column.
fn widest_word(cells: &[&Cell]) -> usize {
    cells.iter().flat_map(|cell| cell.text.split(' ')).map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// What holds for a column in which both stand.
fn stricter(one: Kind, other: Kind) -> Kind {
    match (one, other) {
        (Kind::Id, _) | (_, Kind::Id) => Kind::Id,
        (Kind::Sentence, _) | (_, Kind::Sentence) => Kind::Sentence,
        (Kind::Text, Kind::Text) => Kind::Text,
    }
}

/// How wide each column is, unless they do not fit beside each other: sentences give way first, then the widest texts.
fn widths(columns: &[Column<'_>], width: usize) -> Option<Vec<usize>> {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.natural).collect();
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > width {
        let shrinkable = (0..widths.len()).filter(|&place| widths[place] > columns[place].least);
        let widest = shrinkable.max_by_key(|&place| (columns[place].is_sentence(), widths[place]))?;
        widths[widest] -= 1;
    }
    Some(widths)
}

fn aligned(columns: &[Column<'_>], widths: &[usize], rows: usize) -> String {
    let headers: Vec<_> = columns.iter().map(|column| vec![column.header.to_owned()]).collect();
    let mut text = lines(&headers, widths);
    for row in 0..rows {
        let cells = columns.iter().zip(widths).map(|(column, &width)| column.cells[row].lines(width));
        text += &lines(&cells.collect::<Vec<_>>(), widths);
    }
    text
}

/// The lines of one row: as many as its longest cell has.
fn lines(cells: &[Vec<String>], widths: &[usize]) -> String {
    let height = cells.iter().map(Vec::len).max().unwrap_or(1);
    let mut text = String::new();
    for number in 0..height {
        for (cell, &width) in cells.iter().zip(widths) {
            text += &padded(cell.get(number).map_or("", String::as_str), width + GAP.len());
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

/// Each row by itself, without the cells in which there is nothing.
fn paragraphs(columns: &[Column<'_>], width: usize, rows: usize) -> String {
    let labels = columns.iter().map(|column| column.header.width()).max().unwrap_or(0) + GAP.len();
    let paragraph = |row: usize| -> String {
        let cells = columns.iter().map(|column| (column.header.to_lowercase(), &column.cells[row].text));
        let filled = cells.filter(|(_, text)| !text.is_empty() && *text != ABSENT);
        filled.map(|(label, text)| field(&label, text, labels, width)).collect()
    };
    (0..rows).map(paragraph).collect::<Vec<_>>().join("\n")
}

fn padded(text: &str, width: usize) -> String {
    text.to_owned() + &" ".repeat(width.saturating_sub(text.width()))
}

/// Cuts a text so that it and its `…` take at most this many columns.
fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    // A mark such as a variation selector changes the width of what stands before it, so whole prefixes are measured.
    let ends = text.char_indices().map(|(end, _)| end);
    let kept = ends.take_while(|&end| text[..end].width() < width).last().unwrap_or(0);
    format!("{}…", &text[..kept])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(name: &str, id: &str, address: Option<&str>) -> Vec<Cell> {
        vec![Cell::text(name), Cell::id(id), Cell::optional(address)]
    }

    const HEADERS: [&str; 3] = ["NAME", "ID", "ADDRESS"];

    #[test]
    fn columns_are_aligned_by_what_a_terminal_shows() {
        let rows = [
            row("dev", "i-0123456789abcdef0", Some("203.0.113.5")),
            row("日本 größe", "i-1", None),
            row("a\u{1b}[31mb\nc", "i-2", Some("")),
        ];
        insta::assert_snapshot!(table(&HEADERS, &rows, 80), @r"
        NAME             ID                   ADDRESS
        dev              i-0123456789abcdef0  203.0.113.5
        日本 größe       i-1                  -
        a\u{1b}[31mb\nc  i-2                  -
        ");
    }

    #[test]
    fn the_widest_texts_give_way_and_ids_do_not() {
        let rows = [
            row("a name that is rather long", "i-0123456789abcdef0", Some("ec2-203-0-113-5.compute.example")),
            row("日本日本日本日本日本日本", "i-1", None),
        ];
        insta::assert_snapshot!(table(&HEADERS, &rows, 50), @"
        NAME            ID                   ADDRESS
        a name that i…  i-0123456789abcdef0  ec2-203-0-11…
        日本日本日本…   i-1                  -
        ");
        insta::assert_snapshot!(table(&HEADERS, &rows, 46), @"
        name     a name that is rather long
        id       i-0123456789abcdef0
        address  ec2-203-0-113-5.compute.example

        name     日本日本日本日本日本日本
        id       i-1
        ");
    }

    #[test]
    fn what_does_not_fit_beside_each_other_stands_below_each_other() {
        let rows = [
            row("a name that is rather long", "i-0123456789abcdef0", Some("ec2-203-0-113-5.compute.example")),
            row("日本日本日本日本日本日本", "i-1", None),
        ];
        insta::assert_snapshot!(table(&HEADERS, &rows, 30), @"
        name     a name that is rather
                 long
        id       i-0123456789abcdef0
        address  ec2-203-0-113-5.compute.example

        name     日本日本日本日本日本日本
        id       i-1
        ");
    }

    #[test]
    fn sentences_go_on_below() {
        let row = |check: &str, found: &str| vec![Cell::id(check), Cell::sentence(found), Cell::text("")];
        let rows = [row("clock", "agrees"), row("type", "`c6a.xlarge` fits, and is offered in us-east-1a")];
        let headers = ["CHECK", "FOUND", "NOTE"];
        insta::assert_snapshot!(table(&headers, &rows, 40), @"
        CHECK  FOUND
        clock  agrees
        type   `c6a.xlarge` fits, and is offered
               in us-east-1a
        ");
        insta::assert_snapshot!(table(&headers, &rows, 24), @"
        check  clock
        found  agrees

        check  type
        found  `c6a.xlarge`
               fits, and is
               offered in
               us-east-1a
        ");
    }

    #[test]
    fn fields_keep_what_is_pasted_elsewhere_whole() {
        let rows = [
            ("id", "i-0123456789abcdef0".to_owned()),
            ("launched", "two hours ago, by \u{1b}ann".to_owned()),
            ("note", String::new()),
        ];
        insta::assert_snapshot!(fields(&rows, 25), @r"
        id        i-0123456789abcdef0
        launched  two hours ago,
                  by \u{1b}ann
        note
        ");
    }

    #[test]
    fn no_row_is_still_a_table() {
        assert_eq!(table(&HEADERS, &[], 80), "NAME  ID  ADDRESS\n");
        assert_eq!(table(&[], &[], 80), "\n");
    }

    proptest! {
        #[test]
        fn lines_fit_and_hold_nothing_that_steers(
            rows in proptest::collection::vec(("[a-z日\u{1b}\n ]{0,20}", "[a-z]{1,8}", "(\\PC|❤\u{fe0f}){0,20}"), 0..5),
            width in 40usize..80,
        ) {
            let rows: Vec<_> = rows.iter().map(|(name, id, address)| row(name, id, Some(address))).collect();
            let shown = table(&HEADERS, &rows, width);
            prop_assert_eq!(shown.lines().count(), rows.len() + 1);
            for line in shown.lines() {
                prop_assert!(line.width() <= width, "{:?} of {} in {}", line, line.width(), width);
                prop_assert!(!line.ends_with(' ') && !line.contains(char::is_control), "{:?}", line);
            }
            for id in rows.iter().map(|row| &row[1].text) {
                prop_assert!(shown.contains(id.as_str()));
            }
        }

        #[test]
        fn no_word_of_a_sentence_is_lost(words in proptest::collection::vec("[a-z]{1,30}", 1..8), width in 0usize..60) {
            let rows = [vec![Cell::id("i-1"), Cell::sentence(&words.join(" "))]];
            let shown = table(&["ID", "FOUND"], &rows, width);
            let left: Vec<&str> = shown.split_whitespace().filter(|word| words.iter().any(|known| known == word)).collect();
            prop_assert!(left.len() >= words.len(), "{}", shown);
        }
    }
}
