//! Where in a JSON text a path leads: for the line and column of a problem that only the meaning shows.

/// Line and column (from 1) of the value at a path such as `topics[0].name`; the beginning when it leads nowhere.
pub(super) fn locate(text: &str, path: &str) -> (usize, usize) {
    let mut scanner = Scanner { text: text.as_bytes(), at: 0 };
    let mut last = 0;
    for step in path.split(['.', '[']).map(|step| step.trim_end_matches(']')).filter(|step| !step.is_empty()) {
        scanner.skip_space();
        let is_found = match step.parse::<usize>() {
            Ok(index) if scanner.peek() == Some(b'[') => scanner.enter_item(index),
            _ => scanner.enter_field(step),
        };
        if !is_found {
            break;
        }
        scanner.skip_space();
        last = scanner.at;
    }
    let before = &text[..last.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    (line, column)
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace() || byte == b',' || byte == b':') {
            self.at += 1;
        }
    }
    fn skip_string(&mut self) -> (usize, usize) {
        let start = self.at + 1;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
        (start, self.at.saturating_sub(1).max(start))
    }
    fn skip_value(&mut self) {
        self.skip_space();
        match self.peek() {
            Some(b'"') => drop(self.skip_string()),
            Some(b'{' | b'[') => {
                let mut depth = 0usize;
                while let Some(byte) = self.peek() {
                    match byte {
                        b'"' => {
                            self.skip_string();
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    self.at += 1;
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {
                while self.peek().is_some_and(|byte| !matches!(byte, b',' | b'}' | b']') && !byte.is_ascii_whitespace())
                {
                    self.at += 1;
                }
            }
        }
    }
    fn enter_field(&mut self, name: &str) -> bool {
        if self.peek() != Some(b'{') {
            return false;
        }
        self.at += 1;
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return false;
            }
            let (start, end) = self.skip_string();
            if &self.text[start..end] == name.as_bytes() {
                return true;
            }
            self.skip_value();
        }
    }
    fn enter_item(&mut self, index: usize) -> bool {
        self.at += 1;
        for _ in 0..index {
            self.skip_space();
            if matches!(self.peek(), Some(b']') | None) {
                return false;
            }
            self.skip_value();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_line_and_column() {
        let text = "{\n  \"a\": [1, {\"b\": \"x\\\"]\", \"c\": 3}],\n  \"d\": true\n}";
        assert_eq!(locate(text, "a[1].c"), (2, 31));
        assert_eq!(locate(text, "d"), (3, 8));
        assert_eq!(locate(text, "nowhere.at.all"), (1, 1));
    }
}
