//! What a screen reader is told: the newest sentence, never a queue of old ones, and not more often than it can be heard.

/// Microseconds of the viewer's between two announcements.
const APART: u64 = 1_500_000;

/// The live region's content, and what waits to replace it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcer {
    said: String,
    waiting: Option<String>,
    since: u64,
}

impl Announcer {
    /// What the live region holds.
    pub fn said(&self) -> &str {
        &self.said
    }
    /// True while something waits to be said: frames are needed then.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }
    /// Says this as soon as there is time; what waited before it is dropped.
    pub fn announce(&mut self, words: String) {
        if words == self.said {
            self.waiting = None;
        } else {
            self.waiting = Some(words);
        }
    }
    /// Says this at once: the answer to something that the listener has just done.
    pub fn answer(&mut self, words: String) {
        (self.said, self.waiting, self.since) = (words, None, 0);
    }
    /// Time of the viewer's has passed.
    pub fn frame(&mut self, wall_micros: u64) {
        self.since = self.since.saturating_add(wall_micros);
        if self.since >= APART
            && let Some(words) = self.waiting.take()
        {
            (self.said, self.since) = (words, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_sentence_replaces_the_one_that_waits() {
        let mut announcer = Announcer::default();
        announcer.announce("one".into());
        announcer.announce("two".into());
        announcer.frame(1_400_000);
        assert_eq!(announcer.said(), "");
        announcer.frame(200_000);
        assert_eq!((announcer.said(), announcer.is_waiting()), ("two", false));
        announcer.announce("three".into());
        announcer.frame(1_000_000);
        assert_eq!(announcer.said(), "two", "not before it can be heard");
    }

    #[test]
    fn an_answer_comes_at_once() {
        let mut announcer = Announcer::default();
        announcer.announce("news".into());
        announcer.answer("Paused.".into());
        assert_eq!((announcer.said(), announcer.is_waiting()), ("Paused.", false));
    }
}
