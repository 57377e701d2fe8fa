//! Whose access key is used: the order of the sources, every file that AWS hands out, and what is wrong with others.

use std::fs;
use std::os::unix::fs::symlink;

use crate::harness::{Laptop, SECRET};

/// A machine whose only access key is the one in this file.
fn with_csv(content: impl AsRef<[u8]>) -> Laptop {
    let mut laptop = Laptop::new();
    let path = laptop.write("aws.csv", content);
    laptop.configure(&format!("cred_file = \"{}\"\n", path.display()));
    forget_environment(&mut laptop);
    laptop
}

fn forget_environment(laptop: &mut Laptop) {
    laptop.unset("BKY_IAC_ACCESS_KEY");
    laptop.unset("BKY_IAC_SECRET_KEY");
}

/// The access key that AWS saw in the last request of a run.
fn key_used(laptop: &Laptop, words: &[&str]) -> String {
    laptop.iac([&["key", "list"], words].concat()).ok();
    laptop.aws().requests().last().unwrap().access_key.clone().unwrap()
}

#[test]
fn every_form_of_the_file_that_aws_hands_out_is_read() {
    let console = format!("Access key ID,Secret access key\nAKIAONE,{SECRET}\n");
    let windows = format!("\u{feff}Access key ID,Secret access key\r\nAKIATWO,{SECRET}\r\n");
    let new_user = format!(
        "User name,Password,Access key ID,Secret access key,Console login link\nme,,AKIATHREE,{SECRET},https://x\n"
    );
    let other_case = format!("User Name,Access Key ID,Secret Access Key\nme,AKIAFOUR,{SECRET}\n");
    let root = format!("AWSAccessKeyId=AKIAFIVE\r\nAWSSecretKey={SECRET}\r\n");
    let files = [console, windows, new_user, other_case, root];
    let keys = ["AKIAONE", "AKIATWO", "AKIATHREE", "AKIAFOUR", "AKIAFIVE"];
    for (content, key) in files.iter().zip(keys) {
        let laptop = with_csv(content);
        laptop.iac(["config", "check"]).ok();
        assert_eq!(key_used(&laptop, &[]), key);
    }
}

#[test]
fn of_several_users_one_is_chosen() {
    let laptop =
        with_csv(format!("User name,Access key ID,Secret access key\nann,AKIAANN,{SECRET}\nbob,AKIABOB,{SECRET}\n"));
    assert_eq!(key_used(&laptop, &["--cred-user", "bob"]), "AKIABOB");
    assert_eq!(key_used(&laptop, &["--cred-user", "ann"]), "AKIAANN");
    laptop.iac(["key", "list"]).fails("credentials_file");
    laptop.iac(["key", "list", "--cred-user", "eve"]).fails("credentials_file");
    insta::assert_snapshot!(laptop.iac(["key", "list", "--output", "text"]).transcript(), @"
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: it holds the keys of several users, name one in `cred_user`: `ann`, `bob`
    ! hint: choose one of them with `cred_user` or `--cred-user`
    (exit status: 2)
    ");
    insta::assert_snapshot!(laptop.iac(["key", "list", "--cred-user", "eve", "--output", "text"]).transcript(), @"
    $ iac key list --cred-user eve --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: it holds no key of `cred_user` `eve`, only of: `ann`, `bob`
    ! hint: choose one of them with `cred_user` or `--cred-user`
    (exit status: 2)
    ");
}

#[test]
fn a_file_without_a_usable_key_is_named_and_nothing_of_it_is_shown() {
    let swapped = format!("Access key ID,Secret access key\n{SECRET},AKIAONE\n");
    let mistakes = [
        ("empty", String::new()),
        ("blank", "\n \n".to_owned()),
        ("no secret column", format!("Access key ID,Secret\nAKIAONE,{SECRET}\n")),
        ("no id column", format!("Key,Secret access key\nAKIAONE,{SECRET}\n")),
        ("no row", "Access key ID,Secret access key\n".to_owned()),
        ("no secret", "Access key ID,Secret access key\nAKIAONE,\n".to_owned()),
        ("swapped", swapped),
        ("headless", format!("AKIAONE,{SECRET}\n")),
    ];
    let mut said = String::new();
    for (name, content) in mistakes {
        let laptop = with_csv(content);
        laptop.iac(["key", "list"]).fails("credentials_file");
        laptop.iac(["config", "check"]).fails("credentials_file");
        assert!(laptop.aws().requests().is_empty());
        said.push_str(&format!("# {name}\n{}", laptop.iac(["key", "list", "--output", "text"]).transcript()));
    }
    insta::assert_snapshot!(said, @"
    # empty
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: it is empty
    ! hint: download a new access key from the IAM console, or set `cred_file` to the right file
    (exit status: 2)
    # blank
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: it is empty
    ! hint: download a new access key from the IAM console, or set `cred_file` to the right file
    (exit status: 2)
    # no secret column
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: its first line names no column `Secret access key`
    ! hint: download a new access key from the IAM console, or set `cred_file` to the right file
    (exit status: 2)
    # no id column
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: its first line names no column `Access key ID`
    ! hint: download a new access key from the IAM console, or set `cred_file` to the right file
    (exit status: 2)
    # no row
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: it has no row below its header
    ! hint: download a new access key from the IAM console, or set `cred_file` to the right file
    (exit status: 2)
    # no secret
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: line 2 has no `Secret access key`
    ! hint: download a new access key from the IAM console, or set `cred_file` to the right file
    (exit status: 2)
    # swapped
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: line 2 has a malformed `Access key ID`
    ! hint: download a new access key from the IAM console, or set `cred_file` to the right file
    (exit status: 2)
    # headless
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: its first line names no column `Access key ID`
    ! hint: download a new access key from the IAM console, or set `cred_file` to the right file
    (exit status: 2)
    ");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let laptop = with_csv("");
    let file = laptop.path("aws.csv");
    let said = |laptop: &Laptop| {
        laptop.iac(["key", "list"]).fails("credentials_file");
        laptop.iac(["key", "list", "--output", "text"]).transcript()
    };
    fs::remove_file(&file).unwrap();
    insta::assert_snapshot!(said(&laptop), @"
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: No such file or directory (os error 2)
    ! hint: make it a file that you can read, or set `cred_file` to another one
    (exit status: 2)
    ");
    fs::create_dir(&file).unwrap();
    insta::assert_snapshot!(said(&laptop), @"
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: Is a directory (os error 21)
    ! hint: make it a file that you can read, or set `cred_file` to another one
    (exit status: 2)
    ");
    fs::remove_dir(&file).unwrap();
    // Even root cannot read a link to itself.
    symlink(&file, &file).unwrap();
    insta::assert_snapshot!(said(&laptop), @"
    $ iac key list --output text
    ! error: cannot use the credentials file `~/aws.csv`
    ! caused by: Too many levels of symbolic links (os error 40)
    ! hint: make it a file that you can read, or set `cred_file` to another one
    (exit status: 2)
    ");
}

#[test]
fn the_sources_of_an_access_key_have_an_order() {
    let mut laptop = with_csv(format!("Access key ID,Secret access key\nAKIACSV,{SECRET}\n"));
    let csv = format!("cred_file = \"{}\"\n", laptop.path("aws.csv").display());
    let both = format!("access_key = \"AKIAFILE\"\nsecret_key = \"{SECRET}\"\n{csv}profile = \"dev\"\n");
    laptop.write(
        ".aws/credentials",
        format!(
            "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = {SECRET}\n\
             [dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = {SECRET}\n"
        ),
    );
    laptop.configure("");
    assert_eq!(key_used(&laptop, &[]), "AKIADEFAULT", "AWS's shared files");
    laptop.set("AWS_ACCESS_KEY_ID", "AKIACHAIN");
    laptop.set("AWS_SECRET_ACCESS_KEY", SECRET);
    assert_eq!(key_used(&laptop, &[]), "AKIACHAIN", "AWS's environment");
    laptop.configure("profile = \"dev\"\n");
    assert_eq!(key_used(&laptop, &[]), "AKIADEV", "a profile");
    laptop.configure(&format!("{csv}profile = \"dev\"\n"));
    assert_eq!(key_used(&laptop, &[]), "AKIACSV", "a CSV file");
    laptop.configure(&both);
    assert_eq!(key_used(&laptop, &[]), "AKIAFILE", "the configuration file");
    laptop.set("BKY_IAC_ACCESS_KEY", "AKIAENVIRONMENT");
    laptop.set("BKY_IAC_SECRET_KEY", SECRET);
    assert_eq!(key_used(&laptop, &[]), "AKIAENVIRONMENT", "the environment");
}

#[test]
fn without_any_access_key_it_says_where_to_set_one() {
    let mut laptop = Laptop::new();
    forget_environment(&mut laptop);
    // The instance role would be asked for over the network.
    laptop.set("AWS_EC2_METADATA_DISABLED", "true");
    laptop.iac(["key", "list"]).fails("credentials_missing");
    insta::assert_snapshot!(laptop.iac(["key", "list", "--output", "text"]).transcript(), @"
    $ iac key list --output text
    ! error: no AWS credentials could be loaded
    ! caused by: no credentials found in chain. Attempted:
    !     Environment: the credential provider was not enabled: environment variable not set
    !     Profile: the credential provider was not enabled
    !     WebIdentityToken: the credential provider was not enabled: $AWS_WEB_IDENTITY_TOKEN_FILE was not set
    !     EcsContainer: the credential provider was not enabled: ECS provider not configured
    !     Ec2InstanceMetadata: the credential provider was not enabled: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`
    ! hint: set `cred_file`, or set `profile` to one in `~/.aws/config`; for single sign-on run `aws sso login` first
    (exit status: 2)
    ");
}

#[test]
fn another_account_is_refused_before_the_first_change() {
    let laptop = Laptop::new();
    laptop.configure("account = \"999999999999\"\n");
    for words in [&["key", "create"][..], &["key", "delete"], &["security-group", "create"], &["instance", "create"]] {
        laptop.iac(words).fails("account_mismatch");
    }
    assert_eq!(laptop.aws().changes(), Vec::<String>::new());
    assert!(!laptop.secrets().join("nitro-dev.pem").exists());
    insta::assert_snapshot!(laptop.iac(["key", "create", "--output", "text"]).transcript(), @"
    $ iac key create --output text
    ! error: the credentials belong to account 123456789012, not to 999999999999
    ! hint: use the credentials of that account, or change `account`
    (exit status: 2)
    ");

    laptop.configure("account = \"123456789012\"\n");
    laptop.iac(["key", "create"]).ok();
    assert_eq!(laptop.aws().changes(), ["ImportKeyPair"]);
}

#[test]
fn no_secret_is_shown_however_much_is_said() {
    let laptop = Laptop::new();
    let run = laptop.iac(["key", "create", "-vv"]).succeeds();
    assert!(run.stderr.contains("ImportKeyPair"), "{}", run.stderr);
    laptop.iac(["config", "show", "-vv"]).succeeds();
}
