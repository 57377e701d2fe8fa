//! Every form of the file that AWS or a spreadsheet has written, and what is wrong with the others.

use proptest::prelude::*;

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE=KE";

fn read(text: &str, user: Option<&str>) -> Result<AccessKey, CsvError> {
    access_key(text.replace("SECRET", SECRET).as_bytes(), user)
}

#[test]
fn every_form_of_the_file_is_read() {
    let forms = [
        "Access key ID,Secret access key\nAKIA1,SECRET\n",
        "\u{feff}Access key ID,Secret access key\r\nAKIA1,SECRET\r\n",
        "\u{feff}Access key ID,Secret access key\r\nAKIA1,SECRET",
        "User name,Password,Access key ID,Secret access key,Console login link\nann,,AKIA1,SECRET,https://x.example\n",
        "User Name,Access Key Id,Secret Access Key\nann,AKIA1,SECRET\n",
        "secret access key , ACCESS KEY ID\n SECRET , AKIA1 \n",
        "\"Access key ID\",\"Secret access key\"\n\"AKIA1\",\"SECRET\"\n",
        "Access key ID,Secret access key\n\n,\nAKIA1,SECRET,,\n\n",
        "\"User name\",Access key ID,Secret access key\n\"Doe, Ann\",AKIA1,SECRET\n",
        "Access key ID;Secret access key\r\nAKIA1;SECRET\r\n",
        "User name;Password;Access key ID;Secret access key\n\"Doe, Ann\";\"a;b\";AKIA1;SECRET\n",
        "\"Access key ID\";\"Secret access key\"\n\"AKIA1\";\"SECRET\"\n",
        "\u{feff}Access key ID\tSecret access key\r\nAKIA1\tSECRET\r\n",
        "User name\tAccess key ID\tSecret access key\n\tAKIA1\tSECRET\n",
        "sep=;\r\nAccess key ID;Secret access key\r\nAKIA1;SECRET\r\n",
        "\u{feff}sep=,\nAccess key ID,Secret access key\nAKIA1,SECRET\n",
        "SEP=|\nAccess key ID|Secret access key\nAKIA1|SECRET\n",
        "\"sep=\t\"\nAccess key ID\tSecret access key\nAKIA1\tSECRET\n",
        "AWSAccessKeyId=AKIA1\nAWSSecretKey=SECRET\n",
        "\u{feff}AWSAccessKeyId=AKIA1\r\nAWSSecretKey=SECRET\r\n",
        "\n awssecretkey = SECRET \n awsaccesskeyid = AKIA1",
    ];
    for form in forms {
        let key = read(form, None).unwrap_or_else(|error| panic!("{form:?}: {error}"));
        assert_eq!((key.id.as_str(), key.secret.expose()), ("AKIA1", SECRET), "{form:?}");
    }
}

#[test]
fn a_line_is_counted_from_the_top_of_the_file() {
    let table = "Access key ID;Secret access key\nAKIA1;\n";
    let missing = |line| Err(CsvError::MissingValue { column: SECRET_KEY, line });
    assert_eq!(read(table, None), missing(2));
    assert_eq!(read(&format!("sep=;\n{table}"), None), missing(3));
    assert_eq!(read(&format!("\u{feff}\r\n\n{table}"), None), missing(4));
    assert_eq!(read("Access key ID,Secret access key\r\n\r\n\r\nAKIA1,\r\n", None), missing(4));
    assert_eq!(read("\nsep=;\n\nAccess key ID;Secret access key\n\nAKIA1;\n", None), missing(6));
    assert_eq!(
        read("sep=;\nAccess key ID,Secret access key\nAKIA1,SECRET\n", None),
        Err(CsvError::MissingColumn(KEY_ID))
    );
    assert_eq!(read("sep=;\n", None), Err(CsvError::MissingColumn(KEY_ID)));
}

const TWO_USERS: &str =
    "User name,Access key ID,Secret access key\nann,AKIA1,SECRET\nben,AKIA2,SECRET\nben,AKIA3,SECRET\n";

#[test]
fn a_named_user_is_picked() {
    assert_eq!(read(TWO_USERS, Some("ann")).map(|key| key.id).as_deref(), Ok("AKIA1"));
    let one = "User name,Access key ID,Secret access key\nann,AKIA1,SECRET\n";
    assert_eq!(read(one, Some("ann")).map(|key| key.id).as_deref(), Ok("AKIA1"));
}

#[test]
fn what_is_wrong_is_said_without_the_secret() {
    let cases = [
        ("", None),
        ("\u{feff}\r\n \r\n", None),
        ("Access key ID,Secret access key\n", None),
        ("Access key ID,Secret access key\n,\n", None),
        ("AKIA1,SECRET\n", None),
        ("SECRET\n", None),
        ("Access key ID,Secret\nAKIA1,SECRET\n", None),
        ("User name,Access key ID,Secret access key\nDoe, Ann,AKIA1,SECRET\n", None),
        ("Access key ID,Secret access key\nSECRET,AKIA1\n", None),
        ("Access key ID,Secret access key\nAKIA1\n", None),
        ("Access key ID,Secret access key\nAKIA1,two SECRET\n", None),
        ("Access key ID,Secret access key\nAKIA1,SECRET\nAKIA2,SECRET\n", None),
        ("Access key ID,Secret access key\nAKIA1,SECRET\n", Some("ann")),
        (TWO_USERS, None),
        (TWO_USERS, Some("ben")),
        (TWO_USERS, Some("cleo\u{1b}[m")),
        ("User name,Access key ID,Secret access key\n,AKIA1,SECRET\nSECRET,AKIA2,x\n", Some("ann")),
        ("AWSAccessKeyId=AKIA1\n", None),
        ("AWSSecretKey=SECRET\n", None),
        ("AWSAccessKeyId=\nAWSSecretKey=SECRET\n", None),
        ("AWSAccessKeyId=AKIA1\nAWSAccessKeyId=AKIA2\nAWSSecretKey=SECRET\n", None),
        ("AWSAccessKeyId=AKIA1\nAWSSecretKey=SECRET\n", Some("ann")),
    ];
    let messages: Vec<_> =
        cases.iter().map(|(text, user)| read(text, *user).expect_err("refused").to_string()).collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
    it is empty
    it is empty
    it has no row below its header
    it has no row below its header
    its first line names no column `Access key ID`
    its first line names no column `Access key ID`
    its first line names no column `Secret access key`
    line 2 has more fields than the first line has names
    line 2 has a malformed `Access key ID`
    line 2 has no `Secret access key`
    line 2 has a malformed `Secret access key`
    it holds 2 keys that no user name tells apart
    its first line names no column `User name`
    it holds the keys of several users, name one in `cred_user`: `ann`, `ben`
    it holds 2 keys that no user name tells apart
    it holds no key of `cred_user` `cleo\u{1b}[m`, only of: `ann`, `ben`
    it holds no key of `cred_user` `ann`, only of: nobody that can be named
    its first line names no column `AWSSecretKey`
    its first line names no column `AWSAccessKeyId`
    line 2 has no `Access key ID`
    it holds 2 keys that no user name tells apart
    its first line names no column `User name`
    ");
}

#[test]
fn other_encodings_are_named() {
    let text = "Access key ID,Secret access key\nAKIA1,SECRET\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(access_key(&little, None), Err(CsvError::Utf16));
    assert_eq!(access_key(&[&[0xfe, 0xff], &*big].concat(), None), Err(CsvError::Utf16));
    assert_eq!(access_key(&[b"\xff\xfe", &*little].concat(), None), Err(CsvError::Utf16));
    assert_eq!(access_key(b"Access key ID,Secret access key\nAKIA1,\xe9\n", None), Err(CsvError::NotUtf8));
}

proptest! {
    /// A file that somebody cut, joined or edited by hand.
    #[test]
    fn no_error_ever_holds_a_secret(
        lines in proptest::collection::vec(prop_oneof![
            Just("Access key ID,Secret access key"),
            Just("User name,Access key ID,Secret access key"),
            Just("Secret access key,Access key ID"),
            Just("AKIA1,SECRET"), Just("SECRET,AKIA1"), Just("ann,AKIA1,SECRET"), Just("ben,SECRET,"),
            Just("SECRET"), Just("\"SECRET"), Just("AWSSecretKey=SECRET"), Just("AWSAccessKeyId=SECRET"), Just("ann,AKIA1"),
        ], 0..5),
        ending in prop_oneof![Just("\n"), Just("\r\n"), Just(","), Just("")],
        user in prop_oneof![Just(None), Just(Some("ann")), Just(Some("cleo"))],
    ) {
        if let Err(error) = read(&lines.join(ending), user) {
            let shown = format!("{error} {error:?}");
            prop_assert!(!shown.contains(&SECRET[..12]), "{}", shown);
        }
    }

    #[test]
    fn no_bytes_are_too_odd_to_be_refused(bytes in any::<Vec<u8>>()) {
        if let Err(error) = access_key(&bytes, None) {
            prop_assert!(!error.to_string().chars().any(char::is_control));
        }
    }
}
