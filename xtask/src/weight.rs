//! What the page's program is made of: the bytes of its code by module, and what generic code costs, read from the
//! names that the compiler leaves in the wasm before the optimiser takes them out.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;

const MODULES_SHOWN: usize = 24;
const COPIES_SHOWN: usize = 16;
const FUNCTIONS_SHOWN: usize = 16;

/// The section numbers of the binary format that are read here.
const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;
const DATA: u8 = 11;
/// The part of the name section that names functions.
const FUNCTION_NAMES: u8 = 1;

/// One function of the program.
#[derive(Debug, PartialEq)]
struct Function {
    name: String,
    bytes: usize,
}

/// A wasm module, as far as its weight is concerned.
#[derive(Debug, Default)]
pub(crate) struct Weight {
    functions: Vec<Function>,
    code: usize,
    data: usize,
}

impl Weight {
    /// Reads a module; fails on what is no wasm.
    pub(crate) fn of(wasm: &[u8]) -> Result<Self> {
        if wasm.get(..4) != Some(b"\0asm") {
            bail!("this is no wasm");
        }
        let mut reader = Reader { bytes: wasm, at: 8 };
        let (mut imported, mut sizes, mut names) = (0, Vec::new(), BTreeMap::new());
        let mut weight = Self::default();
        while reader.at < wasm.len() {
            let section = reader.byte()?;
            let length = reader.number()?;
            let end = reader.at + length;
            match section {
                IMPORT => imported = imported_functions(&mut reader)?,
                CODE => {
                    weight.code = length;
                    sizes = body_sizes(&mut reader)?;
                }
                DATA => weight.data = length,
                CUSTOM if reader.text()? == "name" => names = function_names(&mut reader, end)?,
                _ => {}
            }
            reader.at = end;
        }
        if names.is_empty() {
            bail!("this wasm has no names");
        }
        weight.functions = sizes
            .into_iter()
            .enumerate()
            .map(|(index, bytes)| Function {
                name: names.get(&(imported + index)).map_or_else(|| "?".to_string(), |name| plain(name)),
                bytes,
            })
            .collect();
        Ok(weight)
    }

    /// The breakdown, for people.
    pub(crate) fn print(&self) {
        println!(
            "before the optimiser: {} functions of {} bytes, and {} bytes of data",
            self.functions.len(),
            self.code,
            self.data
        );
        println!("\n{:>9} {:>6}  module", "bytes", "count");
        for (name, (bytes, count)) in self.heaviest(|function| module(&function.name)).iter().take(MODULES_SHOWN) {
            println!("{bytes:>9} {count:>6}  {name}");
        }
        println!("\n{:>9} {:>6}  compiled more than once", "bytes", "count");
        let copies = self.heaviest(|function| function.name.clone());
        for (name, (bytes, count)) in copies.iter().filter(|(_, (_, count))| *count > 1).take(COPIES_SHOWN) {
            println!("{bytes:>9} {count:>6}  {name}");
        }
        println!("\n{:>9}         function", "bytes");
        let mut functions: Vec<&Function> = self.functions.iter().collect();
        functions.sort_by_key(|function| std::cmp::Reverse(function.bytes));
        for function in functions.iter().take(FUNCTIONS_SHOWN) {
            println!("{:>9}         {}", function.bytes, function.name);
        }
    }

    /// Groups with their bytes and number of functions, the heaviest first.
    fn heaviest(&self, group: impl Fn(&Function) -> String) -> Vec<(String, (usize, usize))> {
        let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for function in &self.functions {
            let (bytes, count) = groups.entry(group(function)).or_default();
            *bytes += function.bytes;
            *count += 1;
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, (bytes, _))| std::cmp::Reverse(*bytes));
        groups
    }
}

/// A name without what tells one copy of a function from another: hashes at its end and in brackets.
fn plain(name: &str) -> String {
    let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = match name.rsplit_once("::h") {
        Some((name, hash)) if is_hash(hash) => name,
        _ => name,
    };
    let mut text = String::new();
    for (index, piece) in name.split('[').enumerate() {
        match piece.split_once(']') {
            Some((hash, rest)) if index > 0 && is_hash(hash) => text.push_str(rest),
            _ => {
                text.push_str(if index > 0 { "[" } else { "" });
                text.push_str(piece);
            }
        }
    }
    text
}

/// The module that a function belongs to: two words of ours (`correio::kafka`), three of the standard library's,
/// the name alone of any other crate.
fn module(name: &str) -> String {
    let name = name.trim_start_matches(['<', '&']).trim_start_matches("mut ");
    let path = name.split(['<', '>', ' ']).find(|word| word.contains("::")).unwrap_or(name);
    let words: Vec<&str> = path.split("::").filter(|word| !word.is_empty()).collect();
    let kept = match words.first().copied() {
        Some("correio") => 2,
        Some("core" | "alloc" | "std") => 3,
        _ => 1,
    };
    words.iter().take(kept).copied().collect::<Vec<_>>().join("::")
}

fn imported_functions(reader: &mut Reader<'_>) -> Result<usize> {
    let mut functions = 0;
    for _ in 0..reader.number()? {
        reader.text()?;
        reader.text()?;
        match reader.byte()? {
            0 => {
                functions += 1;
                reader.number()?;
            }
            1 => {
                reader.byte()?;
                reader.limits()?;
            }
            2 => reader.limits()?,
            3 => {
                reader.byte()?;
                reader.byte()?;
            }
            kind => bail!("an import of kind {kind}"),
        }
    }
    Ok(functions)
}

fn body_sizes(reader: &mut Reader<'_>) -> Result<Vec<usize>> {
    (0..reader.number()?)
        .map(|_| {
            let bytes = reader.number()?;
            reader.at += bytes;
            Ok(bytes)
        })
        .collect()
}

fn function_names(reader: &mut Reader<'_>, end: usize) -> Result<BTreeMap<usize, String>> {
    let mut names = BTreeMap::new();
    while reader.at < end {
        let part = reader.byte()?;
        let length = reader.number()?;
        let end = reader.at + length;
        if part == FUNCTION_NAMES {
            for _ in 0..reader.number()? {
                let index = reader.number()?;
                names.insert(index, reader.text()?.to_string());
            }
        }
        reader.at = end;
    }
    Ok(names)
}

/// Reads the binary format from front to back.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        let byte = *self.bytes.get(self.at).context("the wasm ends too early")?;
        self.at += 1;
        Ok(byte)
    }
    /// An unsigned LEB128 number.
    fn number(&mut self) -> Result<usize> {
        let (mut number, mut shift) = (0usize, 0);
        loop {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return Ok(number);
            }
        }
    }
    fn text(&mut self) -> Result<&'a str> {
        let length = self.number()?;
        let bytes = self.bytes.get(self.at..self.at + length).context("the wasm ends too early")?;
        self.at += length;
        Ok(std::str::from_utf8(bytes)?)
    }
    fn limits(&mut self) -> Result<()> {
        let has_maximum = self.byte()? & 1 == 1;
        self.number()?;
        if has_maximum {
            self.number()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_what_tells_copies_apart() {
        assert_eq!(plain("core::slice::sort::h0123456789abcdef"), "core::slice::sort");
        assert_eq!(plain("core[c5930c85a12de822]::fmt::write"), "core::fmt::write");
        assert_eq!(
            plain("<[T] as correio::sim::sort::Sort<T>>::arrange"),
            "<[T] as correio::sim::sort::Sort<T>>::arrange"
        );
    }

    #[test]
    fn a_function_belongs_to_a_module() {
        assert_eq!(module("correio::kafka::log::Log::append"), "correio::kafka");
        assert_eq!(module("<correio::ui::page::Page as yew::Component>::view"), "correio::ui");
        assert_eq!(module("core::slice::sort::stable::drift::sort"), "core::slice::sort");
        assert_eq!(module("yew::dom_bundle::bnode::reconcile"), "yew");
    }

    #[test]
    fn functions_are_read_with_their_names_and_sizes() {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        // An import `m.f`; bodies of 3 and 2 bytes; names for functions 1 and 2.
        wasm.extend([2, 7, 1, 1, b'm', 1, b'f', 0, 0]);
        wasm.extend([10, 8, 2, 3, 0, 1, 11, 2, 0, 11]);
        wasm.extend([
            0, 20, 4, b'n', b'a', b'm', b'e', 1, 13, 2, 1, 4, b'a', b':', b':', b'b', 2, 4, b'c', b':', b':', b'd',
        ]);
        let weight = Weight::of(&wasm).unwrap();
        let function = |name: &str, bytes| Function { name: name.to_string(), bytes };
        assert_eq!(weight.functions, [function("a::b", 3), function("c::d", 2)]);
    }
}
