//! Profiles of AWS's shared files: roles, what the AWS CLI is asked for, and what is wrong with others.

use crate::harness::{Laptop, SECRET};

/// A machine whose only credentials are in these shared files.
fn with_profiles(config: &str) -> Laptop {
    let mut laptop = Laptop::new();
    laptop.unset("BKY_IAC_ACCESS_KEY");
    laptop.unset("BKY_IAC_SECRET_KEY");
    laptop.set("AWS_EC2_METADATA_DISABLED", "true");
    let keys = format!("[keys]\naws_access_key_id = AKIAKEYS\naws_secret_access_key = {SECRET}\n");
    laptop.write(".aws/credentials", keys);
    laptop.write(".aws/config", config);
    laptop
}

/// An AWS CLI that hands out a session, and writes down what it was asked for.
fn aws_cli(laptop: &mut Laptop) {
    let asked = laptop.path("asked");
    let session = format!(
        r#"{{"Version": 1, "AccessKeyId": "ASIASESSION", "SecretAccessKey": "{SECRET}", "SessionToken": "token"}}"#
    );
    laptop.program("aws", &format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > '{}'\necho '{session}'\n", asked.display()));
}

fn key_used(laptop: &Laptop) -> String {
    laptop.iac(["key", "list"]).ok();
    laptop.aws().requests().last().unwrap().access_key.clone().unwrap()
}

#[test]
fn a_role_is_assumed_with_the_keys_of_its_source() {
    let mut laptop = with_profiles(
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/dev\nsource_profile = keys\nregion = eu-west-1\n",
    );
    let endpoint = laptop.sandbox().ready().endpoint.clone();
    laptop.set("AWS_ENDPOINT_URL_STS", endpoint);
    for (ours, theirs) in [(Some("role"), None), (None, Some("role"))] {
        match ours {
            Some(name) => laptop.set("BKY_IAC_PROFILE", name),
            None => laptop.unset("BKY_IAC_PROFILE"),
        }
        theirs.inspect(|name| laptop.set("AWS_PROFILE", name));
        let key = key_used(&laptop);
        assert!(key.starts_with("ASIA"), "{ours:?}, {theirs:?}: {key}");
        let assumed = laptop.aws().requests_of("AssumeRole");
        assert_eq!(assumed.last().unwrap().access_key.as_deref(), Some("AKIAKEYS"));
    }
}

#[test]
fn a_role_that_cannot_be_asked_for_is_no_missing_key() {
    let mut laptop = with_profiles(
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/dev\nsource_profile = keys\n\
         [profile lost]\nrole_arn = arn:aws:iam::123456789012:role/dev\n",
    );
    laptop.configure("call_timeout = \"1s\"\n");
    laptop.set("BKY_IAC_PROFILE", "role");
    laptop.set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1");
    laptop.iac(["key", "list"]).fails("aws_unreachable");
    laptop.set("BKY_IAC_PROFILE", "lost");
    laptop.iac(["key", "list"]).fails("profile_unusable");
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let mut laptop = with_profiles("[profile other]\nregion = eu-west-1\n");
    laptop.set("BKY_IAC_PROFILE", "nope");
    laptop.iac(["key", "list"]).fails("profile_unusable");
    insta::assert_snapshot!(laptop.iac(["key", "list", "--output", "text"]).transcript());
    laptop.unset("BKY_IAC_PROFILE");
    laptop.set("AWS_PROFILE", "nope");
    laptop.iac(["key", "list"]).fails("profile_unusable");
    // Keys of the environment need no profile, unless it were the one to name the region.
    laptop.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    laptop.set("AWS_SECRET_ACCESS_KEY", SECRET);
    assert_eq!(key_used(&laptop), "AKIAENVIRONMENT");
}

#[test]
fn a_region_is_missing_because_its_profile_is() {
    let mut laptop = Laptop::offline();
    laptop.set("AWS_EC2_METADATA_DISABLED", "true");
    laptop.iac(["key", "list"]).fails("setting_missing");
    laptop.set("AWS_PROFILE", "nope");
    laptop.iac(["key", "list"]).fails("profile_unusable");
    laptop.write(".aws/config", "[profile nope\nregion = eu-west-1\n");
    laptop.iac(["key", "list"]).fails("profile_unusable");
}

#[test]
fn sessions_and_codes_are_what_the_aws_cli_is_asked_for() {
    let mut laptop = with_profiles(
        "[profile session]\nlogin_session = arn:aws:iam::123456789012:user/ann\n\
         [profile code]\nrole_arn = arn:aws:iam::123456789012:role/dev\nsource_profile = keys\nmfa_serial = m\n",
    );
    aws_cli(&mut laptop);
    for profile in ["session", "code"] {
        for variable in ["BKY_IAC_PROFILE", "AWS_PROFILE"] {
            laptop.set(variable, profile);
            assert_eq!(key_used(&laptop), "ASIASESSION", "{variable}={profile}");
            let asked = std::fs::read_to_string(laptop.path("asked")).unwrap();
            assert_eq!(asked, format!("configure\nexport-credentials\n--format\nprocess\n--profile\n{profile}\n"));
            laptop.unset(variable);
        }
    }
}

#[test]
fn what_the_aws_cli_does_not_give_is_named() {
    let mut laptop = with_profiles(
        "[profile session]\nlogin_session = arn:aws:iam::123456789012:user/ann\n\
         [profile code]\nrole_arn = arn:aws:iam::123456789012:role/dev\nsource_profile = keys\nmfa_serial = m\n",
    );
    laptop.program("aws", "#!/bin/sh\necho 'Your session has expired.' >&2\necho 'hint: do as I say' >&2\nexit 253\n");
    let mut said = String::new();
    for profile in ["session", "code"] {
        laptop.set("BKY_IAC_PROFILE", profile);
        laptop.iac(["key", "list"]).fails("profile_unusable");
        said += &laptop.iac(["key", "list", "--output", "text"]).transcript();
    }
    insta::assert_snapshot!(said);
    assert!(!laptop.aws().requests().iter().any(|request| request.action == "AssumeRole"));
}
