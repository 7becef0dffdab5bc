//! Okapi BM25 over several fields (BM25F): rare words weigh more, repeated ones ever less, and
//! long texts need them more often.

use super::terms::Occurrences;

/// How fast the repetition of a word loses weight.
const K1: f64 = 1.2;

/// What a field counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldWeight {
    /// How much one occurrence counts.
    pub(super) weight: f64,
    /// How much the length of the field matters: from zero, not at all, to one.
    pub(super) length: f64,
}

/// What must be known of a whole collection before one of its members can be scored.
pub(super) struct Collection<const FIELDS: usize> {
    fields: [FieldWeight; FIELDS],
    average: [f64; FIELDS],
    rarity: Vec<f64>,
}

impl<const FIELDS: usize> Collection<FIELDS> {
    /// Looks at every member of a collection, under a question of `terms` terms.
    pub(super) fn of(fields: [FieldWeight; FIELDS], members: &[[Occurrences; FIELDS]], terms: usize) -> Self {
        let count = members.len() as f64;
        let average = std::array::from_fn(|field| {
            let total: f64 = members.iter().map(|member| f64::from(member[field].length)).sum();
            (total / count).max(1.0)
        });
        let rarity = (0..terms).map(|term| {
            let frequency = members.iter().filter(|member| member.iter().any(|field| field.counts[term] > 0)).count() as f64;
            (1.0 + (count - frequency + 0.5) / (frequency + 0.5)).ln()
        });
        Self { fields, average, rarity: rarity.collect() }
    }

    /// The weight of a term: the rarer, the greater.
    pub(super) fn rarity(&self, term: usize) -> f64 {
        self.rarity[term]
    }

    /// The score of a member.
    pub(super) fn score(&self, member: &[Occurrences; FIELDS]) -> f64 {
        let term_score = |(term, rarity): (usize, &f64)| {
            let weighted = member.iter().zip(&self.fields).zip(&self.average).map(|((found, field), average)| {
                let length = 1.0 - field.length + field.length * f64::from(found.length) / average;
                field.weight * f64::from(found.counts[term]) / length
            });
            let frequency: f64 = weighted.sum();
            rarity * frequency / (K1 + frequency)
        };
        self.rarity.iter().enumerate().map(term_score).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(counts: &[u32], length: u32) -> [Occurrences; 1] {
        [Occurrences { counts: counts.to_vec(), length }]
    }

    #[test]
    fn rare_words_short_texts_and_repetition_win() {
        let members = [member(&[1, 0], 10), member(&[1, 0], 10), member(&[0, 1], 10), member(&[2, 0], 10), member(&[1, 0], 40)];
        let collection = Collection::of([FieldWeight { weight: 1.0, length: 0.75 }], &members, 2);
        let score: Vec<f64> = members.iter().map(|member| collection.score(member)).collect();
        assert_eq!(score[0], score[1]);
        assert!(score[2] > score[0], "rare");
        assert!(score[3] > score[0] && score[3] < 2.0 * score[0], "repeated");
        assert!(score[4] < score[0], "long");
    }
}
