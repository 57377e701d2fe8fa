//! Every state of the files times every state of the pair, and every crash of every run.

use super::*;
use crate::observed::{KeyFile, KeyKind};
use crate::tag::{ENVIRONMENT, Tag};

/// Two keys: the pair's own and another.
fn key(own: bool) -> PublicKey {
    let tail = if own { "C" } else { "D" };
    PublicKey::parse(&format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINRlqlLBuq1aKX8TyOj7PndBM/wpCM69wT7HpoS0bGn{tail}"))
        .expect("a public key")
}

/// Reads a state: `.` absent, `k` the pair's key, `o` another key, `?` no key.
fn file(state: char) -> FileState {
    match state {
        'k' => FileState::Key(key(true)),
        'o' => FileState::Key(key(false)),
        '?' => FileState::Unreadable,
        _ => FileState::Absent,
    }
}

const STATES: [char; 4] = ['.', 'k', 'o', '?'];
const OURS: &[(&str, &str)] = &[(ENVIRONMENT, "dev")];
const OLDER: &[(&str, &str)] = &[("Deployment", "Sequencer")];
const SOMEONE: &[(&str, &str)] = &[("ManagedBy", "iac")];

fn pair(tags: &[(&str, &str)]) -> KeyPair {
    KeyPair {
        name: "dev".to_owned(),
        id: "key-1".to_owned(),
        tags: tags.iter().map(|&(key, value)| Tag::new(key, value)).collect(),
        kind: KeyKind::Ed25519,
        fingerprint: None,
        public_key: Some(key(true)),
        created: None,
    }
}

fn all_files() -> impl Iterator<Item = (String, KeyFiles)> {
    let product = STATES.into_iter().flat_map(|pem| STATES.into_iter().map(move |new| (pem, new)));
    product
        .flat_map(|(pem, new)| STATES.into_iter().map(move |deleting| (pem, new, deleting)))
        .map(|(p, n, d)| (format!("{p} {n} {d}"), KeyFiles { pem: file(p), new: file(n), deleting: file(d) }))
}

fn names(names: &[KeyFileName]) -> String {
    names.iter().map(|name| format!("{name:?}").to_lowercase()).collect::<Vec<_>>().join("+")
}

#[test]
fn the_table_of_create() {
    let outcome = |files: &KeyFiles, pair: Option<&KeyPair>| match create_work(files, pair) {
        Ok(work) => format!("{work:?}"),
        Err(refusal) => format!("!{refusal:?}"),
    };
    let mut table = vec!["pem new deleting | no pair | ours | someone's".to_owned()];
    for (label, files) in all_files() {
        let [none, ours, older, someone] =
            [None, Some(OURS), Some(OLDER), Some(SOMEONE)].map(|tags| outcome(&files, tags.map(pair).as_ref()));
        assert_eq!(older, someone, "{label}");
        table.push(format!("{label} | {none} | {ours} | {someone}"));
    }
    insta::assert_snapshot!(table.join("\n"), @"
    pem new deleting | no pair | ours | someone's
    . . . | Start | !PairExists | !PairExists
    . . k | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . . o | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . . ? | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . k . | ImportNew | RenameNew | !PairIsAnothers
    . k k | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . k o | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . k ? | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . o . | ImportNew | !PairIsAnothers | !PairIsAnothers
    . o k | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . o o | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . o ? | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . ? . | StartOver | !PairIsAnothers | !PairIsAnothers
    . ? k | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . ? o | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    . ? ? | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    k . . | !FileExists | !FileExists | !FileExists
    k . k | !FileExists | !FileExists | !FileExists
    k . o | !FileExists | !FileExists | !FileExists
    k . ? | !FileExists | !FileExists | !FileExists
    k k . | !FileExists | RemoveNew | !FileExists
    k k k | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    k k o | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    k k ? | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    k o . | !FileExists | !FileExists | !FileExists
    k o k | !FileExists | !FileExists | !FileExists
    k o o | !FileExists | !FileExists | !FileExists
    k o ? | !FileExists | !FileExists | !FileExists
    k ? . | !FileExists | !FileExists | !FileExists
    k ? k | !FileExists | !FileExists | !FileExists
    k ? o | !FileExists | !FileExists | !FileExists
    k ? ? | !FileExists | !FileExists | !FileExists
    o . . | !FileExists | !FileExists | !FileExists
    o . k | !FileExists | !FileExists | !FileExists
    o . o | !FileExists | !FileExists | !FileExists
    o . ? | !FileExists | !FileExists | !FileExists
    o k . | !FileExists | !FileExists | !FileExists
    o k k | !FileExists | !FileExists | !FileExists
    o k o | !FileExists | !FileExists | !FileExists
    o k ? | !FileExists | !FileExists | !FileExists
    o o . | !FileExists | !FileExists | !FileExists
    o o k | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    o o o | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    o o ? | !DeleteInterrupted | !DeleteInterrupted | !DeleteInterrupted
    o ? . | !FileExists | !FileExists | !FileExists
    o ? k | !FileExists | !FileExists | !FileExists
    o ? o | !FileExists | !FileExists | !FileExists
    o ? ? | !FileExists | !FileExists | !FileExists
    ? . . | !FileExists | !FileExists | !FileExists
    ? . k | !FileExists | !FileExists | !FileExists
    ? . o | !FileExists | !FileExists | !FileExists
    ? . ? | !FileExists | !FileExists | !FileExists
    ? k . | !FileExists | !FileExists | !FileExists
    ? k k | !FileExists | !FileExists | !FileExists
    ? k o | !FileExists | !FileExists | !FileExists
    ? k ? | !FileExists | !FileExists | !FileExists
    ? o . | !FileExists | !FileExists | !FileExists
    ? o k | !FileExists | !FileExists | !FileExists
    ? o o | !FileExists | !FileExists | !FileExists
    ? o ? | !FileExists | !FileExists | !FileExists
    ? ? . | !FileExists | !FileExists | !FileExists
    ? ? k | !FileExists | !FileExists | !FileExists
    ? ? o | !FileExists | !FileExists | !FileExists
    ? ? ? | !FileExists | !FileExists | !FileExists
    ");
}

#[test]
fn the_table_of_delete() {
    let outcome = |files: &KeyFiles, pair: Option<&KeyPair>, force| match delete_work(files, pair, force) {
        Ok(work) => {
            let steps = [(work.rename, "rename"), (work.delete_pair, "pair")];
            let mut said: Vec<_> = steps.iter().filter(|(on, _)| *on).map(|(_, text)| (*text).to_owned()).collect();
            let lists = [("remove", &work.remove), ("keep", &work.stays)];
            said.extend(lists.iter().filter(|(_, l)| !l.is_empty()).map(|(text, l)| format!("{text} {}", names(l))));
            said.join(", ")
        }
        Err(DeleteRefusal::NotFound { stays }) => format!("!NotFound {}", names(&stays)).trim_end().to_owned(),
        Err(DeleteRefusal::NotOurs) => "!NotOurs".to_owned(),
    };
    let mut table = vec!["pem new deleting | no pair | ours".to_owned()];
    for (label, files) in all_files() {
        let [none, ours, older] =
            [None, Some(OURS), Some(OLDER)].map(|tags| outcome(&files, tags.map(pair).as_ref(), false));
        assert_eq!(older, ours, "{label}: pairs of the older tool are deleted by name");
        assert_eq!(outcome(&files, Some(&pair(SOMEONE)), false), "!NotOurs", "{label}");
        assert_eq!(outcome(&files, Some(&pair(SOMEONE)), true), ours, "{label}: force");
        table.push(format!("{label} | {none} | {ours}"));
    }
    insta::assert_snapshot!(table.join("\n"), @"
    pem new deleting | no pair | ours
    . . . | !NotFound | pair
    . . k | remove deleting | pair, remove deleting
    . . o | remove deleting | pair, keep deleting
    . . ? | remove deleting | pair, keep deleting
    . k . | remove new | pair, remove new
    . k k | remove new+deleting | pair, remove new+deleting
    . k o | remove new+deleting | pair, remove new, keep deleting
    . k ? | remove new+deleting | pair, remove new, keep deleting
    . o . | remove new | pair, keep new
    . o k | remove new+deleting | pair, remove deleting, keep new
    . o o | remove new+deleting | pair, keep new+deleting
    . o ? | remove new+deleting | pair, keep new+deleting
    . ? . | remove new | pair, keep new
    . ? k | remove new+deleting | pair, remove deleting, keep new
    . ? o | remove new+deleting | pair, keep new+deleting
    . ? ? | remove new+deleting | pair, keep new+deleting
    k . . | !NotFound pem | rename, pair, remove deleting
    k . k | remove deleting, keep pem | pair, remove pem+deleting
    k . o | remove deleting, keep pem | pair, remove pem, keep deleting
    k . ? | remove deleting, keep pem | pair, remove pem, keep deleting
    k k . | remove new, keep pem | rename, pair, remove new+deleting
    k k k | remove new+deleting, keep pem | pair, remove pem+new+deleting
    k k o | remove new+deleting, keep pem | pair, remove pem+new, keep deleting
    k k ? | remove new+deleting, keep pem | pair, remove pem+new, keep deleting
    k o . | remove new, keep pem | rename, pair, remove deleting, keep new
    k o k | remove new+deleting, keep pem | pair, remove pem+deleting, keep new
    k o o | remove new+deleting, keep pem | pair, remove pem, keep new+deleting
    k o ? | remove new+deleting, keep pem | pair, remove pem, keep new+deleting
    k ? . | remove new, keep pem | rename, pair, remove deleting, keep new
    k ? k | remove new+deleting, keep pem | pair, remove pem+deleting, keep new
    k ? o | remove new+deleting, keep pem | pair, remove pem, keep new+deleting
    k ? ? | remove new+deleting, keep pem | pair, remove pem, keep new+deleting
    o . . | !NotFound pem | pair, keep pem
    o . k | remove deleting, keep pem | pair, remove deleting, keep pem
    o . o | remove deleting, keep pem | pair, keep pem+deleting
    o . ? | remove deleting, keep pem | pair, keep pem+deleting
    o k . | remove new, keep pem | pair, remove new, keep pem
    o k k | remove new+deleting, keep pem | pair, remove new+deleting, keep pem
    o k o | remove new+deleting, keep pem | pair, remove new, keep pem+deleting
    o k ? | remove new+deleting, keep pem | pair, remove new, keep pem+deleting
    o o . | remove new, keep pem | pair, keep pem+new
    o o k | remove new+deleting, keep pem | pair, remove deleting, keep pem+new
    o o o | remove new+deleting, keep pem | pair, keep pem+new+deleting
    o o ? | remove new+deleting, keep pem | pair, keep pem+new+deleting
    o ? . | remove new, keep pem | pair, keep pem+new
    o ? k | remove new+deleting, keep pem | pair, remove deleting, keep pem+new
    o ? o | remove new+deleting, keep pem | pair, keep pem+new+deleting
    o ? ? | remove new+deleting, keep pem | pair, keep pem+new+deleting
    ? . . | !NotFound pem | pair, keep pem
    ? . k | remove deleting, keep pem | pair, remove deleting, keep pem
    ? . o | remove deleting, keep pem | pair, keep pem+deleting
    ? . ? | remove deleting, keep pem | pair, keep pem+deleting
    ? k . | remove new, keep pem | pair, remove new, keep pem
    ? k k | remove new+deleting, keep pem | pair, remove new+deleting, keep pem
    ? k o | remove new+deleting, keep pem | pair, remove new, keep pem+deleting
    ? k ? | remove new+deleting, keep pem | pair, remove new, keep pem+deleting
    ? o . | remove new, keep pem | pair, keep pem+new
    ? o k | remove new+deleting, keep pem | pair, remove deleting, keep pem+new
    ? o o | remove new+deleting, keep pem | pair, keep pem+new+deleting
    ? o ? | remove new+deleting, keep pem | pair, keep pem+new+deleting
    ? ? . | remove new, keep pem | pair, keep pem+new
    ? ? k | remove new+deleting, keep pem | pair, remove deleting, keep pem+new
    ? ? o | remove new+deleting, keep pem | pair, keep pem+new+deleting
    ? ? ? | remove new+deleting, keep pem | pair, keep pem+new+deleting
    ");
}

#[test]
fn a_pair_without_its_public_key_proves_nothing() {
    let pair = KeyPair { public_key: None, ..pair(OURS) };
    let files = |pem, new| KeyFiles { pem: file(pem), new: file(new), deleting: FileState::Absent };
    assert_eq!(create_work(&files('.', 'k'), Some(&pair)), Err(CreateRefusal::PairIsAnothers));
    let work = delete_work(&files('k', '.'), Some(&pair), false).expect("the pair is ours");
    assert_eq!((work.rename, work.remove, work.stays), (false, vec![], vec![KeyFileName::Pem]));
}

#[test]
fn a_file_is_listed_beside_its_pair() {
    let expected = [('.', KeyFile::Missing), ('k', KeyFile::Ok), ('o', KeyFile::Differs), ('?', KeyFile::Differs)];
    for (state, listed) in expected {
        assert_eq!(file(state).beside(&pair(OURS)), listed, "{state}");
    }
    assert_eq!(file('k').beside(&KeyPair { public_key: None, ..pair(OURS) }), KeyFile::Differs);
}

#[test]
fn files_are_named_after_the_pair() {
    let key = KeyName::parse(&"k".repeat(240)).expect("a name");
    assert_eq!(KeyFileName::Pem.of(&KeyName::parse("dev").expect("a name")), "dev.pem");
    assert_eq!(KeyFileName::New.of(&KeyName::parse("dev").expect("a name")), "dev.pem.new");
    assert!(KeyFileName::Deleting.of(&key).len() <= 255);
}

/// The files and the pair, with the single effects that a run has on them.
#[derive(Clone, Debug, Default, PartialEq)]
struct World {
    files: KeyFiles,
    pair: Option<KeyPair>,
}

#[derive(Clone, Copy, Debug)]
enum Effect {
    WriteHalf,
    WriteNew,
    Import,
    LinkPem,
    RenameToDeleting,
    DeletePair,
    Remove(KeyFileName),
}

impl World {
    fn feel(&mut self, effect: Effect) {
        let files = &mut self.files;
        match effect {
            Effect::WriteHalf => files.new = FileState::Unreadable,
            Effect::WriteNew => files.new = file('k'),
            Effect::Import => self.pair = Some(pair(OURS)),
            Effect::LinkPem => {
                assert!(!files.pem.is_present(), "never over a file");
                files.pem = files.new.clone();
            }
            Effect::RenameToDeleting => {
                assert!(!files.deleting.is_present(), "never over a file");
                files.deleting = std::mem::take(&mut files.pem);
            }
            Effect::DeletePair => self.pair = None,
            Effect::Remove(KeyFileName::Pem) => files.pem = FileState::Absent,
            Effect::Remove(KeyFileName::New) => files.new = FileState::Absent,
            Effect::Remove(KeyFileName::Deleting) => files.deleting = FileState::Absent,
        }
    }

    fn create(&self) -> Result<Vec<Effect>, CreateRefusal> {
        use Effect::{Import, LinkPem, Remove, WriteHalf, WriteNew};
        let whole = [Remove(KeyFileName::New), WriteHalf, WriteNew, Import, LinkPem, Remove(KeyFileName::New)];
        let from = match create_work(&self.files, self.pair.as_ref())? {
            CreateWork::StartOver => 0,
            CreateWork::Start => 1,
            CreateWork::ImportNew => 3,
            CreateWork::RenameNew => 4,
            CreateWork::RemoveNew => 5,
        };
        Ok(whole[from..].to_vec())
    }

    fn delete(&self) -> Result<Vec<Effect>, DeleteRefusal> {
        let work = delete_work(&self.files, self.pair.as_ref(), false)?;
        let steps = [(work.rename, Effect::RenameToDeleting), (work.delete_pair, Effect::DeletePair)];
        let steps = steps.into_iter().filter(|(on, _)| *on).map(|(_, effect)| effect);
        Ok(steps.chain(work.remove.into_iter().map(Effect::Remove)).collect())
    }

    /// The worlds in which a run that has these effects may be killed, the finished one last.
    fn crashes(&self, effects: &[Effect]) -> Vec<World> {
        let mut worlds = vec![self.clone()];
        for &effect in effects {
            let mut next = worlds.last().expect("one at least").clone();
            next.feel(effect);
            worlds.push(next);
        }
        worlds
    }
}

fn finished() -> World {
    World { files: KeyFiles { pem: file('k'), ..KeyFiles::default() }, pair: Some(pair(OURS)) }
}

#[test]
fn create_ends_with_one_of_each_wherever_it_was_killed_twice() {
    let start = World::default();
    for first in start.crashes(&start.create().expect("a start")) {
        let Ok(effects) = first.create() else {
            assert_eq!(first, finished(), "only a finished create is refused");
            continue;
        };
        for second in first.crashes(&effects) {
            let end = match second.create() {
                Ok(effects) => second.crashes(&effects).pop().expect("an end"),
                Err(_) => second,
            };
            assert_eq!(end, finished());
        }
    }
}

#[test]
fn delete_leaves_nothing_wherever_create_and_delete_were_killed() {
    let start = World::default();
    for created in start.crashes(&start.create().expect("a start")).into_iter().skip(1) {
        for deleted in created.crashes(&created.delete().expect("something to delete")) {
            let end = match deleted.delete() {
                Ok(effects) => deleted.crashes(&effects).pop().expect("an end"),
                Err(_) => deleted,
            };
            assert_eq!(end, World::default());
        }
    }
}

#[test]
fn create_waits_for_an_interrupted_delete() {
    let start = finished();
    let mut worlds = start.crashes(&start.delete().expect("something to delete"));
    assert_eq!(worlds.pop().expect("the end").create().map(|effects| effects.len()), Ok(5));
    let refusals: Vec<_> = worlds.into_iter().map(|world| world.create().expect_err("refused")).collect();
    let interrupted = CreateRefusal::DeleteInterrupted;
    assert_eq!(refusals, [CreateRefusal::FileExists, interrupted, interrupted]);
}
