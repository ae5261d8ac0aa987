//! A disk behind a page cache: writes land in memory at once and reach the platter later; a power loss forgets the rest.

use super::time::{SimDuration, SimTime};

/// How a disk behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskOptions {
    pub bytes_per_second: u64,
    /// Dirty bytes above which a write waits for the disk.
    pub page_cache_bytes: u64,
}

/// One disk: the bytes written but not yet flushed, draining at the disk's own speed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    options: DiskOptions,
    /// How many times slower than its options say; 1 is healthy.
    slow_factor: u32,
    /// No space is left on it: a write fails.
    is_full: bool,
    /// When the last byte written so far will have reached the platter.
    clean_at: SimTime,
}

impl Disk {
    pub fn new(options: DiskOptions) -> Self {
        Self { options, slow_factor: 1, is_full: false, clean_at: SimTime::ZERO }
    }

    /// Writes `bytes` into the page cache; the answer is how long the writer waits, zero while the cache has room.
    pub fn write(&mut self, bytes: u64, now: SimTime) -> SimDuration {
        self.clean_at = self.clean_at.max(now) + self.time_for(bytes);
        let dirty = self.dirty_bytes(now);
        let over = dirty.saturating_sub(self.options.page_cache_bytes);
        self.time_for(over)
    }

    /// How long until all that was written so far is on the platter.
    pub fn flush(&self, now: SimTime) -> SimDuration {
        self.clean_at.since(now)
    }

    /// Bytes that a power loss now would forget.
    pub fn dirty_bytes(&self, now: SimTime) -> u64 {
        let wait = u128::from(self.clean_at.since(now).as_nanos());
        (wait * u128::from(self.speed()) / 1_000_000_000) as u64
    }

    /// The power is gone: nothing is dirty any more, for it is forgotten.
    pub fn lose_power(&mut self, now: SimTime) {
        self.clean_at = now;
    }

    pub fn slow_factor(&self) -> u32 {
        self.slow_factor
    }
    /// Makes the disk `factor` times slower; what is dirty stays dirty, and drains at the new speed.
    pub fn set_slow_factor(&mut self, factor: u32, now: SimTime) {
        let dirty = self.dirty_bytes(now);
        self.slow_factor = factor.max(1);
        self.clean_at = now + self.time_for(dirty);
    }
    pub fn is_full(&self) -> bool {
        self.is_full
    }
    pub fn set_full(&mut self, is_full: bool) {
        self.is_full = is_full;
    }
    pub fn options(&self) -> DiskOptions {
        self.options
    }

    fn speed(&self) -> u64 {
        (self.options.bytes_per_second / u64::from(self.slow_factor)).max(1)
    }
    fn time_for(&self, bytes: u64) -> SimDuration {
        SimDuration::from_nanos((u128::from(bytes) * 1_000_000_000 / u128::from(self.speed())) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk() -> Disk {
        Disk::new(DiskOptions { bytes_per_second: 1_000_000, page_cache_bytes: 1_000 })
    }

    #[test]
    fn a_write_waits_only_when_the_page_cache_is_full() {
        let mut disk = disk();
        assert_eq!(disk.write(1_000, SimTime::ZERO), SimDuration::ZERO);
        assert_eq!(disk.write(500, SimTime::ZERO), SimDuration::from_micros(500));
    }

    #[test]
    fn dirty_bytes_drain_at_the_speed_of_the_disk() {
        let mut disk = disk();
        disk.write(1_000, SimTime::ZERO);
        assert_eq!(disk.dirty_bytes(SimTime::from_nanos(400_000)), 600);
        assert_eq!(disk.dirty_bytes(SimTime::from_millis(2)), 0);
    }

    #[test]
    fn a_slower_disk_keeps_what_is_dirty() {
        let mut disk = disk();
        disk.write(1_000, SimTime::ZERO);
        disk.set_slow_factor(10, SimTime::ZERO);
        assert_eq!(disk.dirty_bytes(SimTime::ZERO), 1_000);
        assert_eq!(disk.flush(SimTime::ZERO), SimDuration::from_millis(10));
    }
}
