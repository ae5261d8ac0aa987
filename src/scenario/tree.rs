//! A JSON text as a tree, and the reading of types from it, with the path at which reading failed.
//!
//! The types of a scenario read themselves from this tree only, so that each is compiled for one source.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Number;
use std::fmt;

/// A value as it is written.
#[derive(Debug)]
pub(super) enum Tree {
    Null,
    Boolean(bool),
    Number(Number),
    Text(String),
    List(Vec<Tree>),
    /// The fields in the order in which they are written; none is there twice.
    Object(Vec<(String, Tree)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Boolean(value))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
        Ok(Number::from_f64(value).map_or(Tree::Null, Tree::Number))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut fields: Vec<(String, Tree)> = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(Error::custom(format_args!("duplicate field `{name}`")));
            }
            fields.push((name, entries.next_value()?));
        }
        Ok(Tree::Object(fields))
    }
}

/// Why a type cannot be read, in serde's words, and where: `topics[0].name`.
#[derive(Debug)]
pub(super) struct ReadError {
    pub path: String,
    pub message: String,
}

impl ReadError {
    fn under_field(mut self, name: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{name}{separator}{}", self.path);
        self
    }
    fn under_item(mut self, index: usize) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("[{index}]{separator}{}", self.path);
        self
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { path: String::new(), message: message.to_string() }
    }
}

impl Tree {
    /// Something else is expected here.
    fn mismatch(&self, expected: &dyn Expected) -> ReadError {
        let found = match self {
            Self::Null => Unexpected::Unit,
            Self::Boolean(value) => Unexpected::Bool(*value),
            Self::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => Unexpected::Unsigned(value),
                (None, Some(value)) => Unexpected::Signed(value),
                (None, None) => Unexpected::Float(number.as_f64().unwrap_or_default()),
            },
            Self::Text(text) => Unexpected::Str(text),
            Self::List(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
        };
        Error::invalid_type(found, expected)
    }
}

/// Each kind of value is offered to those types only that can take it: what a type would do with another kind is then
/// not even compiled.
impl<'de> Deserializer<'de> for &'de Tree {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Null => visitor.visit_unit(),
            Tree::Boolean(value) => visitor.visit_bool(*value),
            Tree::Number(_) => self.deserialize_u64(visitor),
            Tree::Text(text) => visitor.visit_str(text),
            Tree::List(_) => self.deserialize_seq(visitor),
            Tree::Object(_) => self.deserialize_map(visitor),
        }
    }
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Boolean(value) => visitor.visit_bool(*value),
            other => Err(other.mismatch(&visitor)),
        }
    }
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (None, Some(value)) => visitor.visit_i64(value),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            other => Err(other.mismatch(&visitor)),
        }
    }
    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_u64(visitor)
    }
    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_u64(visitor)
    }
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Text(text) => visitor.visit_str(text),
            other => Err(other.mismatch(&visitor)),
        }
    }
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let Tree::List(list) = self else { return Err(self.mismatch(&visitor)) };
        let mut items = Items { list, next: 0 };
        let value = visitor.visit_seq(&mut items)?;
        if items.next < list.len() {
            return Err(Error::invalid_length(list.len(), &"a shorter list"));
        }
        Ok(value)
    }
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_seq(visitor)
    }
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Object(fields) => visitor.visit_map(Fields { fields, next: 0 }),
            other => Err(other.mismatch(&visitor)),
        }
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_map(visitor)
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self {
            Tree::Text(name) => visitor.visit_enum(Variant { name, value: &Tree::Null }),
            Tree::Object(fields) if fields.len() == 1 => {
                let (name, value) = &fields[0];
                visitor.visit_enum(Variant { name, value })
            }
            Tree::Object(fields) => Err(Error::invalid_length(fields.len(), &"one field")),
            other => Err(other.mismatch(&visitor)),
        }
    }
    forward_to_deserialize_any! {
        i8 i16 i32 i64 u8 f32 f64 char bytes byte_buf unit unit_struct newtype_struct tuple_struct identifier ignored_any
    }
}

struct Items<'de> {
    list: &'de [Tree],
    next: usize,
}

impl<'de> SeqAccess<'de> for &mut Items<'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, ReadError> {
        let Some(item) = self.list.get(self.next) else { return Ok(None) };
        let index = self.next;
        self.next += 1;
        seed.deserialize(item).map(Some).map_err(|error| error.under_item(index))
    }
}

struct Fields<'de> {
    fields: &'de [(String, Tree)],
    next: usize,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some((name, _)) = self.fields.get(self.next) else { return Ok(None) };
        seed.deserialize(StrDeserializer::new(name)).map(Some).map_err(|error: ReadError| error.under_field(name))
    }
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, ReadError> {
        let (name, value) = &self.fields[self.next];
        self.next += 1;
        seed.deserialize(value).map_err(|error| error.under_field(name))
    }
}

struct Variant<'de> {
    name: &'de str,
    value: &'de Tree,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), ReadError> {
        let value = seed.deserialize(StrDeserializer::<ReadError>::new(self.name));
        value.map_err(|error| error.under_field(self.name)).map(|value| (value, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        seed.deserialize(self.value).map_err(|error| error.under_field(self.name))
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.value.deserialize_seq(visitor).map_err(|error| error.under_field(self.name))
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, ReadError> {
        self.value.deserialize_map(visitor).map_err(|error| error.under_field(self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shelf {
        #[serde(rename = "boxes")]
        _boxes: Vec<Parcel>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Parcel {
        #[serde(rename = "weight")]
        _weight: u16,
        #[serde(rename = "sent")]
        _sent: Option<Way>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Way {
        Air,
        Sea(#[expect(dead_code, reason = "only its reading counts")] [u8; 2]),
    }

    fn check(text: &str, expected: &str) {
        let found = match serde_json::from_str::<Tree>(text) {
            Err(error) => error.to_string(),
            Ok(tree) => match Shelf::deserialize(&tree) {
                Ok(_) => "read".to_owned(),
                Err(error) => format!("{}: {error}", error.path),
            },
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn what_fits_is_read() {
        check(r#"{"boxes": [{"weight": 3, "sent": null}, {"weight": 4, "sent": {"sea": [1, 2]}}]}"#, "read");
        check(r#"{"boxes": [{"weight": 3, "sent": "air"}]}"#, "read");
    }

    #[test]
    fn what_does_not_fit_is_said_with_its_path() {
        check(r#"{"boxes": [{"weight": -3}]}"#, "boxes[0].weight: invalid value: integer `-3`, expected u16");
        check(r#"{"boxes": [{"height": 3}]}"#, "boxes[0].height: unknown field `height`, expected `weight` or `sent`");
        check(r#"{"boxes": [{}]}"#, "boxes[0]: missing field `weight`");
        check(
            r#"{"boxes": [{"weight": 1, "sent": {"sea": [1, "x"]}}]}"#,
            "boxes[0].sent.sea[1]: invalid type: string \"x\", expected u8",
        );
        check(
            r#"{"boxes": [{"weight": 1, "sent": {"sea": [1, 2, 3]}}]}"#,
            "boxes[0].sent.sea: invalid length 3, expected a shorter list",
        );
        check(
            r#"{"boxes": [{"weight": 1, "sent": {"rail": 1}}]}"#,
            "boxes[0].sent.rail: unknown variant `rail`, expected `air` or `sea`",
        );
    }

    #[test]
    fn a_field_that_is_there_twice_is_refused() {
        check(r#"{"boxes": [], "boxes": []}"#, "duplicate field `boxes` at line 1 column 21");
    }
}
