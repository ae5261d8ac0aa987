//! The outer form of a lesson file: a front matter of `name: value` lines between two `---`, then sections. A section
//! begins with a line `::: name the rest of the line` and goes on to the next such line.

/// A file, taken apart.
pub(crate) struct Source {
    /// Names may come more than once.
    pub(crate) front: Vec<(String, String)>,
    pub(crate) sections: Vec<Section>,
}

/// One directive with the Markdown below it.
pub(crate) struct Section {
    pub(crate) line: usize,
    pub(crate) name: String,
    pub(crate) rest: String,
    pub(crate) body: String,
}

/// Takes a file apart; says the line of what does not belong.
pub(crate) fn sections(text: &str) -> Result<Source, String> {
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, line)| line.trim_end()) != Some("---") {
        return Err("line 1: a lesson begins with `---`".to_owned());
    }
    let mut front = Vec::new();
    for (index, line) in lines.by_ref() {
        if line.trim_end() == "---" {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| format!("line {}: write `name: value`", index + 1))?;
        front.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    let mut sections: Vec<Section> = Vec::new();
    for (index, line) in lines {
        if let Some(directive) = line.strip_prefix(":::") {
            let (name, rest) = directive.trim().split_once(' ').unwrap_or((directive.trim(), ""));
            let (name, rest) = (name.to_owned(), rest.trim().to_owned());
            sections.push(Section { line: index + 1, name, rest, body: String::new() });
        } else if let Some(section) = sections.last_mut() {
            section.body.push_str(line);
            section.body.push('\n');
        } else if !line.trim().is_empty() {
            return Err(format!("line {}: text before the first `:::`", index + 1));
        }
    }
    Ok(Source { front, sections })
}

impl Section {
    pub(crate) fn wrong(&self, why: &str) -> String {
        format!("line {}: ::: {} {}: {why}", self.line, self.name, self.rest)
    }
}

/// Milliseconds of `15s`, `1500ms`, `2min`.
pub(crate) fn millis(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        _ => return Err(format!("`{text}` is not a time: write 15s, 1500ms or 2min")),
    };
    text[..digits].parse::<u64>().map(|count| count * unit).map_err(|error| format!("`{text}`: {error}"))
}
