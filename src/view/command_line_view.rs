//! What Kafka's own command-line tools would print about this moment, to the column. These words are Kafka's and are
//! never translated.

/// One command and its output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLineView {
    pub command: String,
    pub output: String,
    /// What the tool would say on its error output.
    pub warnings: String,
}

/// Which command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommandLine {
    TopicsDescribe,
    ConsumerGroupsDescribe,
    ConsumerGroupsMembers,
    ConsumerGroupsState,
    MetadataQuorumStatus,
}

impl CommandLine {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::TopicsDescribe,
        Self::ConsumerGroupsDescribe,
        Self::ConsumerGroupsMembers,
        Self::ConsumerGroupsState,
        Self::MetadataQuorumStatus,
    ];
}
