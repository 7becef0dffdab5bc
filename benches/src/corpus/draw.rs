//! Numbers drawn from a seed: the same on every machine, for ever. So that corpora stay comparable
//! over years, no library's generator is used, whose numbers may change with its version.

/// The generator known as SplitMix64.
#[derive(Clone, Debug)]
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; zero where there is none.
    pub(super) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// A number of the distribution whose quantiles are given.
    pub(super) fn of(&mut self, quantiles: &[usize]) -> usize {
        let index = self.below(quantiles.len() - 1);
        let (low, high) = (quantiles[index], quantiles[index + 1]);
        low + self.below(high - low + 1)
    }

    /// A number below `end`, of which each half of the rest is as likely as the half before it. So
    /// few numbers are drawn often, and most seldom, like names and callees in real code.
    pub(super) fn popular(&mut self, end: usize) -> usize {
        let halvings = usize::BITS - end.leading_zeros();
        loop {
            let half = 1_usize << self.below(halvings as usize);
            let drawn = half - 1 + self.below(half);
            if drawn < end {
                return drawn;
            }
        }
    }

    /// One of these.
    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}
