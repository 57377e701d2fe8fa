//! Tables for terminals: aligned columns of plain text. What stands in them was written by others, so it is escaped, and
//! it may be wide, so all but ids give way when the terminal is narrow.

use unicode_width::UnicodeWidthStr;

pub use crate::text::plain;

const GAP: &str = "  ";
/// What stands where there is nothing.
const ABSENT: &str = "-";

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    text: String,
    is_id: bool,
}

impl Cell {
    /// Makes a cell that is shortened when the table is too wide.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { text: plain(text), is_id: false }
    }

    /// Makes a cell whose whole column is never shortened, because its text is typed or pasted elsewhere.
    #[must_use]
    pub fn id(text: &str) -> Self {
        Self { text: plain(text), is_id: true }
    }

    /// Makes a cell that shows `-` where there is nothing.
    #[must_use]
    pub fn optional(text: Option<&str>) -> Self {
        Self::text(text.filter(|text| !text.is_empty()).unwrap_or(ABSENT))
    }
}

/// Lays rows out under headers in at most `width` columns of a terminal, each line ended and none with blanks at its end.
///
/// Where that does not fit, the widest columns are shortened with `…`, but no column below its header and none that
/// holds an id; then the lines are longer than `width`.
#[must_use]
pub fn table(headers: &[&str], rows: &[Vec<Cell>], width: usize) -> String {
    let headers: Vec<Cell> = headers.iter().map(|header| Cell::text(header)).collect();
    let widths = column_widths(&headers, rows, width);
    std::iter::once(&headers).chain(rows).map(|row| line(row, &widths)).collect()
}

fn column_widths(headers: &[Cell], rows: &[Vec<Cell>], width: usize) -> Vec<usize> {
    let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column));
    let least: Vec<usize> = headers.iter().map(|header| header.text.width()).collect();
    let mut widths: Vec<usize> = least
        .iter()
        .enumerate()
        .map(|(column, least)| cells(column).map(|cell| cell.text.width()).fold(*least, usize::max))
        .collect();
    let is_shrinkable: Vec<bool> = (0..widths.len()).map(|column| !cells(column).any(|cell| cell.is_id)).collect();
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > width {
        let columns = (0..widths.len()).filter(|&column| is_shrinkable[column] && widths[column] > least[column]);
        let Some(widest) = columns.max_by_key(|&column| widths[column]) else { break };
        widths[widest] -= 1;
    }
    widths
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, &width) in row.iter().zip(widths) {
        let text = shortened(&cell.text, width);
        line += &text;
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(text.width()) + GAP.len()));
    }
    line.truncate(line.trim_end().len());
    line + "\n"
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
    fn the_widest_columns_give_way_and_ids_do_not() {
        let rows = [
            row("a name that is rather long", "i-0123456789abcdef0", Some("ec2-203-0-113-5.compute.example")),
            row("日本日本日本日本日本日本", "i-1", None),
        ];
        insta::assert_snapshot!(table(&HEADERS, &rows, 50), @"
        NAME            ID                   ADDRESS
        a name that i…  i-0123456789abcdef0  ec2-203-0-11…
        日本日本日本…   i-1                  -
        ");
        insta::assert_snapshot!(table(&HEADERS, &rows, 10), @"
        NAME  ID                   ADDRESS
        a n…  i-0123456789abcdef0  ec2-20…
        日…   i-1                  -
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
            width in 30usize..80,
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
    }
}
