//! The whole page in one HTML file that opens by double click: a browser loads no module, no wasm and no style from
//! `file://`, so all of them stand in the text.
//!
//! Its policy names each script and style by hash and forbids every connection: the file talks to nobody.

use crate::html::{self, AssetKind};
use crate::page::Page;
use crate::{dist, paths};
use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// Small matters more than quick here: it is done once a build.
const DEFLATE_LEVEL: u8 = 10;

/// What the loading screen needs; the other styles come with the program, deflated.
const FIRST_STYLES: &[&str] = &["www/tokens.css", "www/boot.css"];

/// Inflates the program where the browser has no `DecompressionStream`.
const INFLATE_SCRIPT: &str = "www/inflate.js";

/// The text of the file.
pub(crate) fn build(html: &str, page: &Page) -> Result<String> {
    let mut parts = Parts::default();
    let mut is_program_placed = false;
    let mut styles = String::new();
    let assets = html::assets(html)?;
    let text = html::replace_assets(html, &assets, |asset| {
        let path = paths::repository().join(&asset.path);
        Ok(match asset.kind {
            AssetKind::Rust => String::new(),
            AssetKind::Css if FIRST_STYLES.contains(&asset.path.as_str()) => {
                parts.style(&dist::read_text(&path)?, &asset.path)?
            }
            AssetKind::Css => {
                styles.push_str(&dist::read_text(&path)?);
                String::new()
            }
            AssetKind::Icon => icon(&path)?,
            AssetKind::CopyFile | AssetKind::CopyDir => {
                bail!("{} cannot be part of one file: embed it in the program", asset.path)
            }
            AssetKind::Script => {
                let mut scripts = String::new();
                if !std::mem::replace(&mut is_program_placed, true) {
                    let program = program(page, &styles)?;
                    let text = &program.text;
                    scripts.push_str(&format!("<script type=\"text/plain\" id=\"correio-program\">{text}</script>\n"));
                    parts.script_hashes.push(hash(&program.script));
                    parts.style_hashes.push(hash(&styles));
                    scripts.push_str(&parts.script(&dist::read_text(&paths::repository().join(INFLATE_SCRIPT))?));
                }
                scripts.push_str(&parts.script(&dist::read_text(&path)?));
                scripts
            }
        })
    })?;
    html::insert_in_head(&text, &dist::policy_tag(&parts.policy()))
}

/// The glue, the styles and the wasm as text: the lengths of the first two in four bytes each (little end first), then
/// the three; raw deflate over all; then seven bits a character.
fn program(page: &Page, styles: &str) -> Result<Program> {
    let script = dist::read_text(&page.script)?;
    let wasm = fs::read(&page.wasm).with_context(|| format!("cannot read {}", page.wasm.display()))?;
    let length = |text: &str| Ok::<_, anyhow::Error>(u32::try_from(text.len()).context("too long")?.to_le_bytes());
    let lengths = [length(&script)?, length(styles)?].concat();
    let bytes = [lengths.as_slice(), script.as_bytes(), styles.as_bytes(), &wasm].concat();
    let text = seven_bits(&miniz_oxide::deflate::compress_to_vec(&bytes, DEFLATE_LEVEL));
    Ok(Program { text, script })
}

struct Program {
    text: String,
    /// The glue, which the page puts into itself as it is here.
    script: String,
}

/// Bytes as characters of seven bits each, the high bits first: an eighth more than the bytes, where base64 is a third
/// more. What HTML would change or read as markup stands 128 places higher, where a character takes two bytes.
fn seven_bits(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 6 / 5);
    let mut push = |value: u32| {
        let place = if matches!(value, 0 | 10 | 13 | 60) { value + 128 } else { value };
        text.extend(char::from_u32(place));
    };
    let (mut held, mut count) = (0u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        count += 8;
        while count >= 7 {
            count -= 7;
            push(held >> count & 127);
        }
        held &= (1 << count) - 1;
    }
    if count > 0 {
        push(held << (7 - count) & 127);
    }
    text
}

/// Collects the hashes of what is put inline.
#[derive(Default)]
struct Parts {
    script_hashes: Vec<String>,
    style_hashes: Vec<String>,
}

impl Parts {
    fn script(&mut self, text: &str) -> String {
        let text = html::escape_script(text);
        self.script_hashes.push(hash(&text));
        format!("<script>{text}</script>\n")
    }

    fn style(&mut self, text: &str, path: &str) -> Result<String> {
        if text.contains("@import") || text.contains("</style") {
            bail!("{path} cannot be put inline: it has an @import or ends its own element");
        }
        self.style_hashes.push(hash(text));
        Ok(format!("<style>{text}</style>"))
    }

    fn policy(&self) -> String {
        format!(
            "default-src 'none'; script-src {} 'wasm-unsafe-eval'; style-src {}; img-src data: blob:; \
             connect-src 'none'; base-uri 'none'; form-action 'none'",
            self.script_hashes.join(" "),
            self.style_hashes.join(" "),
        )
    }
}

/// A source of the policy: the hash of exactly what stands between the tags.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(text.as_bytes())))
}

fn icon(path: &Path) -> Result<String> {
    let kind = match path.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        other => bail!("an icon is .svg or .png, not {other:?}"),
    };
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(format!("<link rel=\"icon\" type=\"{kind}\" href=\"data:{kind};base64,{}\">", BASE64.encode(bytes)))
}
