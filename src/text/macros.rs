//! The macros behind the catalogue.

/// One function a message, every language in each. A body is a string literal that names its parameters in braces, or a
/// block that returns a `String`. Parameters arrive wrapped in `Said`, which writes them as the language does and keeps
/// the raw value in `.raw`.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident($($param:ident: $type:ty),* $(,)?) { pt: $pt:tt; en: $en:tt; })*) => {
        impl $crate::text::Text {
            $(
                $(#[$doc])*
                #[allow(unused_variables, reason = "a language need not mention every parameter")]
                pub fn $name(self $(, $param: $type)*) -> String {
                    $(let $param = $crate::text::number::Said::new(self, $param);)*
                    let words: String = match self.language {
                        $crate::text::language::Language::PtBr => words!($pt),
                        $crate::text::language::Language::En => words!($en),
                    };
                    self.stress.apply(words)
                }
            )*
        }
    };
}

/// A string literal with parameters, or a block.
macro_rules! words {
    ($words:literal) => { format!($words) };
    ({ $($body:tt)* }) => {{ $($body)* }};
}

/// One sentence for each property of a scope, every language in each.
macro_rules! property_words {
    ($function:ident { $($name:literal { pt: $pt:literal; en: $en:literal; })* }) => {
        pub(super) fn $function(language: $crate::text::language::Language, name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(match language {
                    $crate::text::language::Language::PtBr => $pt,
                    $crate::text::language::Language::En => $en,
                }),)*
                _ => None,
            }
        }
    };
}
