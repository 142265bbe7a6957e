//! `picture`: real output of the program as `docs/scan.svg`, for the README.

use crate::run::{release_binary, root};
use anyhow::Result;
use std::fmt::Write as _;
use std::process::Command;

/// Lines of the picture, and what stands where lines are left out.
const HEAD: usize = 44;
const TAIL: usize = 24;
const CUT: &str = "⋯";

const LINE_HEIGHT: usize = 17;
const LETTER_WIDTH: f64 = 7.83;

/// Writes the picture.
pub(crate) fn run() -> Result<()> {
    let binary = release_binary("palisade")?;
    let output = Command::new(binary)
        .args([
            "scan",
            "examples/orders/sam-unsafe",
            "--color",
            "always",
            "--exit-zero",
        ])
        .current_dir(root())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let all: Vec<&str> = text.lines().collect();
    let mut lines = all.clone();
    if all.len() > HEAD + TAIL {
        lines = all[..HEAD].to_vec();
        lines.extend(["", CUT, ""]);
        lines.extend(&all[all.len() - TAIL..]);
    }
    let svg = svg(&lines)?;
    std::fs::write(root().join("docs/scan.svg"), svg)?;
    println!("wrote docs/scan.svg");
    Ok(())
}

fn svg(lines: &[&str]) -> Result<String> {
    let plain = |line: &str| {
        spans(line)
            .iter()
            .map(|(t, _)| t.chars().count())
            .sum::<usize>()
    };
    let widest = lines.iter().map(|line| plain(line)).max().unwrap_or(80);
    #[expect(clippy::cast_precision_loss, reason = "a number of columns")]
    let width = widest as f64 * LETTER_WIDTH + 40.0;
    let height = lines.len() * LINE_HEIGHT + 70;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height}\" \
         viewBox=\"0 0 {width:.0} {height}\" role=\"img\" aria-label=\"Output of palisade scan\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16181d\"/>\n\
         <text x=\"20\" y=\"30\" font-family=\"ui-monospace,Menlo,Consolas,monospace\" \
         font-size=\"13\" fill=\"#d7dae0\" xml:space=\"preserve\">\n\
         <tspan x=\"20\" y=\"30\" fill=\"#8b93a1\">$ palisade scan examples/orders/sam-unsafe</tspan>\n"
    );
    for (i, line) in lines.iter().enumerate() {
        write!(svg, "<tspan x=\"20\" y=\"{}\">", 56 + i * LINE_HEIGHT)?;
        for (text, style) in spans(line) {
            let text = text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            write!(svg, "<tspan{}>{text}</tspan>", style.attributes())?;
        }
        svg.push_str("</tspan>\n");
    }
    svg.push_str("</text>\n</svg>\n");
    Ok(svg)
}

#[derive(Clone, Copy, Default)]
struct Look {
    bold: bool,
    dim: bool,
    color: Option<u8>,
}

impl Look {
    fn attributes(self) -> String {
        let mut text = String::new();
        if self.bold {
            text.push_str(" font-weight=\"bold\"");
        }
        let color = match self.color {
            Some(1) => "#ff6b6b",
            Some(2) => "#7bd88f",
            Some(3) => "#ffd166",
            Some(4) => "#6cb6ff",
            Some(5) => "#d78fee",
            Some(6) => "#5ccfe6",
            _ if self.dim => "#8b93a1",
            _ => return text,
        };
        text + " fill=\"" + color + "\""
    }

    fn apply(&mut self, code: &str) {
        match code.parse::<u8>() {
            Ok(0) | Err(_) => *self = Self::default(),
            Ok(1) => self.bold = true,
            Ok(2) => self.dim = true,
            Ok(22) => (self.bold, self.dim) = (false, false),
            Ok(39) => self.color = None,
            Ok(n @ 30..=37) => self.color = Some(n - 30),
            Ok(n @ 90..=97) => self.color = Some(n - 90),
            Ok(_) => {}
        }
    }
}

/// A line cut at its colour codes.
fn spans(line: &str) -> Vec<(String, Look)> {
    let mut found = Vec::new();
    let mut look = Look::default();
    for (i, piece) in line.split("\u{1b}[").enumerate() {
        let text = match piece.split_once('m') {
            Some((codes, text)) if i > 0 => {
                codes.split(';').for_each(|code| look.apply(code));
                text
            }
            _ => piece,
        };
        if !text.is_empty() {
            found.push((text.to_owned(), look));
        }
    }
    found
}
