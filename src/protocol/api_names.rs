//! Kafka's names of the APIs, for traces and for the page.

use super::message::{Request, Response};

impl Request {
    /// Kafka's name of the API.
    pub const fn api_name(&self) -> &'static str {
        match self {
            Self::Metadata(_) => "Metadata",
            Self::Produce(_) => "Produce",
            Self::Fetch(_) | Self::FetchMetadataLog(_) => "Fetch",
            Self::ListOffsets(_) => "ListOffsets",
            Self::OffsetForLeaderEpoch(_) => "OffsetForLeaderEpoch",
            Self::FindCoordinator(_) => "FindCoordinator",
            Self::JoinGroup(_) => "JoinGroup",
            Self::SyncGroup(_) => "SyncGroup",
            Self::Heartbeat(_) => "Heartbeat",
            Self::LeaveGroup(_) => "LeaveGroup",
            Self::ConsumerGroupHeartbeat(_) => "ConsumerGroupHeartbeat",
            Self::OffsetCommit(_) => "OffsetCommit",
            Self::OffsetFetch(_) => "OffsetFetch",
            Self::InitProducerId(_) => "InitProducerId",
            Self::EndTxn(_) => "EndTxn",
            Self::ShareGroupHeartbeat(_) => "ShareGroupHeartbeat",
            Self::ShareFetch(_) => "ShareFetch",
            Self::ShareAcknowledge(_) => "ShareAcknowledge",
            Self::TxnOffsetCommit(_) => "TxnOffsetCommit",
            Self::AddPartitionsToTxn(_) => "AddPartitionsToTxn",
            Self::WriteTxnMarkers(_) => "WriteTxnMarkers",
            Self::BrokerRegistration(_) => "BrokerRegistration",
            Self::BrokerHeartbeat(_) => "BrokerHeartbeat",
            Self::AlterPartition(_) => "AlterPartition",
            Self::AllocateProducerIds(_) => "AllocateProducerIds",
            Self::CreateTopics(_) => "CreateTopics",
            Self::ElectLeaders(_) => "ElectLeaders",
            Self::IncrementalAlterConfigs(_) => "IncrementalAlterConfigs",
            Self::CreatePartitions(_) => "CreatePartitions",
            Self::AlterPartitionReassignments(_) => "AlterPartitionReassignments",
            Self::Vote(_) => "Vote",
            Self::BeginQuorumEpoch(_) => "BeginQuorumEpoch",
            Self::EndQuorumEpoch(_) => "EndQuorumEpoch",
        }
    }
}

impl Response {
    /// Kafka's name of the API.
    pub const fn api_name(&self) -> &'static str {
        match self {
            Self::Metadata(_) => "Metadata",
            Self::Produce(_) => "Produce",
            Self::Fetch(_) | Self::FetchMetadataLog(_) => "Fetch",
            Self::ListOffsets(_) => "ListOffsets",
            Self::OffsetForLeaderEpoch(_) => "OffsetForLeaderEpoch",
            Self::FindCoordinator(_) => "FindCoordinator",
            Self::JoinGroup(_) => "JoinGroup",
            Self::SyncGroup(_) => "SyncGroup",
            Self::Heartbeat(_) => "Heartbeat",
            Self::LeaveGroup(_) => "LeaveGroup",
            Self::ConsumerGroupHeartbeat(_) => "ConsumerGroupHeartbeat",
            Self::OffsetCommit(_) => "OffsetCommit",
            Self::OffsetFetch(_) => "OffsetFetch",
            Self::InitProducerId(_) => "InitProducerId",
            Self::EndTxn(_) => "EndTxn",
            Self::ShareGroupHeartbeat(_) => "ShareGroupHeartbeat",
            Self::ShareFetch(_) => "ShareFetch",
            Self::ShareAcknowledge(_) => "ShareAcknowledge",
            Self::TxnOffsetCommit(_) => "TxnOffsetCommit",
            Self::AddPartitionsToTxn(_) => "AddPartitionsToTxn",
            Self::WriteTxnMarkers(_) => "WriteTxnMarkers",
            Self::BrokerRegistration(_) => "BrokerRegistration",
            Self::BrokerHeartbeat(_) => "BrokerHeartbeat",
            Self::AlterPartition(_) => "AlterPartition",
            Self::AllocateProducerIds(_) => "AllocateProducerIds",
            Self::CreateTopics(_) => "CreateTopics",
            Self::ElectLeaders(_) => "ElectLeaders",
            Self::IncrementalAlterConfigs(_) => "IncrementalAlterConfigs",
            Self::CreatePartitions(_) => "CreatePartitions",
            Self::AlterPartitionReassignments(_) => "AlterPartitionReassignments",
            Self::Vote(_) => "Vote",
            Self::BeginQuorumEpoch(_) => "BeginQuorumEpoch",
            Self::EndQuorumEpoch(_) => "EndQuorumEpoch",
        }
    }
}
