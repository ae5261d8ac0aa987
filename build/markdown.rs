//! The little Markdown that lessons are written in, as the text of Rust data: paragraphs, lists and quotes of words that
//! are plain, strong, emphasised, code, live values (code that begins with `=`) or links into the run.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// What stands under one directive, in one language.
#[derive(Default, Clone)]
pub(crate) struct Words {
    /// The heading, if there is one: plain text.
    pub(crate) heading: Option<String>,
    /// Rust text of each block outside quotes.
    pub(crate) blocks: Vec<String>,
    /// Rust text of each block inside quotes.
    pub(crate) quoted: Vec<String>,
    /// Rust text of the words of each paragraph outside quotes and lists.
    pub(crate) paragraphs: Vec<String>,
}

impl Words {
    pub(crate) fn to_blocks(blocks: &[String]) -> String {
        format!("&[{}]", blocks.concat())
    }
}

/// Where the reader of events stands.
#[derive(Default)]
struct Reader {
    words: Words,
    /// Rust text of the inline pieces of the paragraph or item at hand.
    inline: String,
    items: Vec<String>,
    is_ordered: bool,
    is_quoted: bool,
    is_in_item: bool,
    strong: bool,
    emphasis: bool,
    link: Option<(String, String)>,
    heading: Option<String>,
}

/// Reads a body; says what it has that lessons have no use for.
pub(crate) fn words(body: &str) -> Result<Words, String> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(body, Options::empty()) {
        reader.event(event)?;
    }
    Ok(reader.words)
}

impl Reader {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => {
                self.end(tag);
                Ok(())
            }
            Event::Text(text) => {
                self.text(&text);
                Ok(())
            }
            Event::Code(code) => {
                self.code(&code);
                Ok(())
            }
            Event::SoftBreak | Event::HardBreak => {
                self.text(" ");
                Ok(())
            }
            other => Err(format!("lessons have no place for {other:?}")),
        }
    }

    fn start(&mut self, tag: Tag<'_>) -> Result<(), String> {
        match tag {
            Tag::Paragraph => {}
            Tag::Item => {
                self.is_in_item = true;
                self.inline.clear();
            }
            Tag::List(first) => self.is_ordered = first.is_some(),
            Tag::BlockQuote(_) => self.is_quoted = true,
            Tag::Strong => self.strong = true,
            Tag::Emphasis => self.emphasis = true,
            Tag::Heading { level: HeadingLevel::H1 | HeadingLevel::H2, .. } => self.heading = Some(String::new()),
            Tag::Link { dest_url, .. } => self.link = Some((dest_url.to_string(), String::new())),
            other => return Err(format!("lessons have no place for {other:?}")),
        }
        Ok(())
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph if !self.is_in_item => {
                let inline = std::mem::take(&mut self.inline);
                if !self.is_quoted {
                    self.words.paragraphs.push(format!("&[{inline}]"));
                }
                self.block(format!("Block::Paragraph(&[{inline}]),"));
            }
            TagEnd::Item => {
                self.is_in_item = false;
                let inline = std::mem::take(&mut self.inline);
                self.items.push(format!("&[{inline}],"));
            }
            TagEnd::List(_) => {
                let items = std::mem::take(&mut self.items).concat();
                let is_ordered = self.is_ordered;
                self.block(format!("Block::List {{ is_ordered: {is_ordered}, items: &[{items}] }},"));
            }
            TagEnd::BlockQuote(_) => self.is_quoted = false,
            TagEnd::Strong => self.strong = false,
            TagEnd::Emphasis => self.emphasis = false,
            TagEnd::Heading(_) => self.words.heading = self.heading.take(),
            TagEnd::Link => {
                if let Some((to, words)) = self.link.take() {
                    self.inline.push_str(&format!("Inline::ShowMe {{ words: {words:?}, to: {to:?} }},"));
                }
            }
            _ => {}
        }
    }

    fn block(&mut self, block: String) {
        if self.is_quoted { self.words.quoted.push(block) } else { self.words.blocks.push(block) }
    }

    fn text(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.push_str(text);
        } else if let Some((_, words)) = &mut self.link {
            words.push_str(text);
        } else {
            let kind = match (self.strong, self.emphasis) {
                (true, _) => "Strong",
                (false, true) => "Emphasis",
                (false, false) => "Text",
            };
            self.inline.push_str(&format!("Inline::{kind}({text:?}),"));
        }
    }

    fn code(&mut self, code: &str) {
        if self.heading.is_some() || self.link.is_some() {
            self.text(code);
        } else if let Some(measure) = code.strip_prefix('=') {
            self.inline.push_str(&format!("Inline::Live({:?}),", measure.trim()));
        } else {
            self.inline.push_str(&format!("Inline::Code({code:?}),"));
        }
    }
}
