//! Reads the assets that `index.html` names for Trunk (`data-trunk`), so that Trunk and this tool read one file.
//!
//! Not a parser of HTML: it finds `<link data-trunk …>` and `<script data-trunk …></script>` in a file of ours.

use anyhow::{Context, Result, bail};
use std::ops::Range;

/// A tag with `data-trunk`, and where it stands in the text.
#[derive(Debug, PartialEq)]
pub(crate) struct Asset {
    pub(crate) place: Range<usize>,
    pub(crate) kind: AssetKind,
    /// A path from the repository.
    pub(crate) path: String,
}

#[derive(Debug, PartialEq, Clone, Copy)]
pub(crate) enum AssetKind {
    /// The program itself.
    Rust,
    Css,
    Icon,
    /// A file copied as it is.
    CopyFile,
    /// A folder copied as it is.
    CopyDir,
    /// A classic script.
    Script,
}

/// All assets of a page, in the order of the text.
pub(crate) fn assets(html: &str) -> Result<Vec<Asset>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((start, end)) = next_tag(html, from) {
        let tag = &html[start..end];
        from = end;
        if attribute(tag, "data-trunk").is_none() {
            continue;
        }
        found.push(if tag.starts_with("<script") {
            let close = "</script>";
            let length = html[end..].find(close).context("a script of index.html is not closed")?;
            if !html[end..end + length].trim().is_empty() {
                bail!("a script with data-trunk holds text; it must name a file by src");
            }
            let path = attribute(tag, "src").context("a script with data-trunk has no src")?;
            Asset { place: start..end + length + close.len(), kind: AssetKind::Script, path }
        } else {
            let path = attribute(tag, "href").context("a link with data-trunk has no href")?;
            Asset { place: start..end, kind: link_kind(tag)?, path }
        });
    }
    Ok(found)
}

/// The text with each asset's tag replaced by what `replace` gives for it.
pub(crate) fn replace_assets(
    html: &str,
    assets: &[Asset],
    mut replace: impl FnMut(&Asset) -> Result<String>,
) -> Result<String> {
    let mut text = String::with_capacity(html.len());
    let mut from = 0;
    for asset in assets {
        text.push_str(&html[from..asset.place.start]);
        text.push_str(&replace(asset)?);
        from = asset.place.end;
    }
    text.push_str(&html[from..]);
    Ok(text)
}

/// Puts `addition` right after `<head>`, or `<meta charset>` where that follows: a policy must come before what it rules.
pub(crate) fn insert_in_head(html: &str, addition: &str) -> Result<String> {
    let mark = "<meta charset=\"utf-8\">";
    let at = html.find(mark).context("index.html needs <meta charset=\"utf-8\">")? + mark.len();
    Ok(format!("{}\n{addition}{}", &html[..at], &html[at..]))
}

/// Text that may stand inside `<script>`: no `</script` and no `<!--` in it, by escapes that mean the same in strings.
pub(crate) fn escape_script(text: &str) -> String {
    text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
}

fn link_kind(tag: &str) -> Result<AssetKind> {
    let rel = attribute(tag, "rel").context("a link with data-trunk has no rel")?;
    Ok(match rel.as_str() {
        "rust" => AssetKind::Rust,
        "css" => AssetKind::Css,
        "icon" => AssetKind::Icon,
        "copy-file" => AssetKind::CopyFile,
        "copy-dir" => AssetKind::CopyDir,
        other => bail!("index.html asks for rel=\"{other}\", which this tool does not know"),
    })
}

/// The next `<link …>` or `<script …>` at or after `from`, outside comments, as a range of the text.
fn next_tag(html: &str, mut from: usize) -> Option<(usize, usize)> {
    loop {
        let start = from + html[from..].find('<')?;
        let rest = &html[start..];
        if rest.starts_with("<!--") {
            from = start + rest.find("-->").map_or(rest.len(), |end| end + "-->".len());
        } else if rest.starts_with("<link") || rest.starts_with("<script") {
            return Some((start, start + rest.find('>')? + 1));
        } else {
            from = start + 1;
        }
    }
}

/// The value of an attribute; empty when it has none.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag.trim_start_matches(|c: char| c == '<' || c.is_alphanumeric());
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c == '>' || c == '/' || c.is_whitespace())?;
        let (found, after) = rest.split_at(end);
        let (value, next) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"')?,
            None => ("", after.trim_start_matches(['/', '='])),
        };
        if found == name {
            return Some(value.to_string());
        }
        if found.is_empty() && next.starts_with('>') {
            return None;
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &[(AssetKind, &str)]) {
        let found = assets(html).unwrap();
        let found: Vec<_> = found.iter().map(|asset| (asset.kind, asset.path.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn links_and_scripts_for_trunk_are_found_in_order() {
        check(
            r#"<head><link data-trunk rel="css" href="www/app.css"/>
               <link rel="rust" data-bin="web" href="Cargo.toml" data-trunk></head><script src="a.js" data-trunk></script>"#,
            &[(AssetKind::Css, "www/app.css"), (AssetKind::Rust, "Cargo.toml"), (AssetKind::Script, "a.js")],
        );
    }

    #[test]
    fn other_tags_and_comments_are_left_alone() {
        check(r#"<link rel="css" href="x"><!-- <link data-trunk rel="css" href="y"> --><script>1 < 2</script>"#, &[]);
    }

    #[test]
    fn an_unknown_kind_is_an_error_and_not_dropped() {
        assert!(assets(r#"<link data-trunk rel="scss" href="a.scss">"#).is_err());
    }

    #[test]
    fn a_tag_is_replaced_in_its_place() {
        let html = r#"a<link data-trunk rel="css" href="x.css">b"#;
        let replaced = replace_assets(html, &assets(html).unwrap(), |asset| Ok(format!("[{}]", asset.path))).unwrap();
        assert_eq!(replaced, "a[x.css]b");
    }

    #[test]
    fn a_script_cannot_end_its_own_element() {
        assert_eq!(escape_script("'</script>' '<!--'"), "'<\\/script>' '<\\!--'");
    }
}
