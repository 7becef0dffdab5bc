//! Mean reciprocal rank and recall.

/// What the ranks of the right answers amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    questions: usize,
    reciprocal: f64,
    found: usize,
}

impl Score {
    /// How many answers count.
    pub const DEPTH: usize = 10;

    /// Adds a question whose answer is at `rank`, counted from zero, or was not found.
    pub fn add(&mut self, rank: Option<usize>) {
        self.questions += 1;
        if let Some(rank) = rank.filter(|rank| *rank < Self::DEPTH) {
            self.found += 1;
            self.reciprocal += 1.0 / (rank + 1) as f64;
        }
    }

    /// How many questions there were.
    pub fn questions(self) -> usize {
        self.questions
    }

    /// The mean of one over the rank of the right answer, counted from one; zero where it is not
    /// among the first ten.
    pub fn mrr(self) -> f64 {
        self.reciprocal / self.questions.max(1) as f64
    }

    /// How many of the right answers are among the first ten.
    pub fn recall(self) -> f64 {
        self.found as f64 / self.questions.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::Score;

    #[test]
    fn ranks_count_down_to_ten() {
        let mut score = Score::default();
        for rank in [Some(0), Some(3), Some(10), None] {
            score.add(rank);
        }
        assert_eq!((score.mrr(), score.recall()), (1.25 / 4.0, 0.5));
    }
}
