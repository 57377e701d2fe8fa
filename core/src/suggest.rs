//! What somebody probably meant by a word that is not known.

use strsim::damerau_levenshtein;

/// Returns the known word nearest to an unknown one, if a slip of the fingers could lie between them: one wrong
/// character in three at most. Upper and lower case and `-` and `_` are the same here.
#[must_use]
pub fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let unknown = folded(unknown);
    let slips = unknown.chars().count().div_ceil(3);
    let distances = known.into_iter().map(|word| (damerau_levenshtein(&unknown, &folded(word)), word));
    distances.filter(|(distance, _)| *distance <= slips).min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

fn folded(word: &str) -> String {
    word.to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_mended_and_other_words_are_not() {
        let known = ["secrets_folder", "key_name", "region", "ttl", "tags", "ssh_port", "ssh_user"];
        let cases = [
            ("secrets_foler", Some("secrets_folder")),
            ("Secrets-Folder", Some("secrets_folder")),
            ("ergion", Some("region")),
            ("tll", Some("ttl")),
            ("tag", Some("tags")),
            ("ssh_prot", Some("ssh_port")),
            ("keyname", Some("key_name")),
            ("ssh_xxxt", Some("ssh_port")),
            ("regxxn", Some("region")),
            ("regxxx", None),
            ("bucket", None),
            ("x", None),
            ("", None),
        ];
        for (unknown, expected) in cases {
            assert_eq!(nearest(unknown, known), expected, "{unknown}");
        }
    }

    #[test]
    fn the_first_of_equals_is_taken() {
        assert_eq!(nearest("ssh_x", ["ssh_a", "ssh_b"]), Some("ssh_a"));
    }
}
