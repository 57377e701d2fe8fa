//! What AWS may answer instead of what was asked for, and how that reads.

use crate::harness::{Fault, Laptop, When};

const LIST: [&str; 2] = ["key", "list"];

/// What a person sees when every call of `key list` meets this, after its code was checked.
fn said(code: &str, fault: Fault) -> String {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy.fault(When::Action("DescribeKeyPairs"), fault);
    laptop.iac(LIST).fails(code);
    laptop.iac(["key", "list", "--output", "text"]).transcript()
}

#[test]
fn credentials_that_aws_does_not_accept() {
    let refused = Fault::Refuse(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
    insta::assert_snapshot!(said("credentials_refused", refused), @"
    $ iac key list --output text
    ! error: DescribeKeyPairs failed
    ! caused by: AWS was not able to validate the provided access credentials
    ! caused by: AWS request request-1
    ! hint: check the access key with `iac config show`; it may be deleted, inactive or expired; and no key works in a region that the account has not enabled
    (exit status: 1)
    ");
}

#[test]
fn a_clock_that_differs() {
    let expired = Fault::Refuse(400, "RequestExpired", "Request has expired.");
    insta::assert_snapshot!(said("aws_clock", expired), @"
    $ iac key list --output text
    ! error: DescribeKeyPairs failed
    ! caused by: Request has expired.
    ! caused by: AWS request request-1
    ! hint: set this machine's clock, then run the command again
    (exit status: 1)
    ");
}

#[test]
fn too_many_requests_after_all_attempts() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    proxy
        .fault(When::Action("DescribeKeyPairs"), Fault::Refuse(503, "RequestLimitExceeded", "Request limit exceeded."));
    insta::assert_snapshot!(laptop.iac(LIST).fails("aws_throttled").transcript(), @r#"
    $ iac key list
    {
      "error": {
        "code": "aws_throttled",
        "message": "DescribeKeyPairs failed",
        "causes": [
          "Request limit exceeded."
        ],
        "hints": [
          "wait a minute, then run the command again"
        ],
        "aws": {
          "code": "RequestLimitExceeded",
          "request_id": "request-1"
        }
      },
      "made": []
    }
    ! error: DescribeKeyPairs failed
    ! caused by: Request limit exceeded.
    ! caused by: AWS request request-1
    ! hint: wait a minute, then run the command again
    (exit status: 1)
    "#);
}

#[test]
fn a_fault_of_aws_after_all_attempts() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    let fault = Fault::Refuse(500, "InternalError", "An internal error has occurred");
    proxy.fault(When::Action("DescribeKeyPairs"), fault);
    insta::assert_snapshot!(laptop.iac(LIST).fails("aws_fault").transcript(), @r#"
    $ iac key list
    {
      "error": {
        "code": "aws_fault",
        "message": "DescribeKeyPairs failed",
        "causes": [
          "An internal error has occurred"
        ],
        "hints": [
          "run the command again; it goes on where it stopped"
        ],
        "aws": {
          "code": "InternalError",
          "request_id": "request-1"
        }
      },
      "made": []
    }
    ! error: DescribeKeyPairs failed
    ! caused by: An internal error has occurred
    ! caused by: AWS request request-1
    ! hint: run the command again; it goes on where it stopped
    (exit status: 1)
    "#);
}

#[test]
fn an_answer_that_is_none() {
    insta::assert_snapshot!(said("aws_answer", Fault::Answer(200, "<html>a captive portal</html>")), @"
    $ iac key list --output text
    ! error: DescribeKeyPairs failed
    ! caused by: the answer, of status 200, is none of AWS's
    ! hint: check `endpoint_url`, and any proxy between this machine and AWS
    (exit status: 1)
    ");
}

#[test]
fn an_answer_without_what_it_must_hold() {
    let mut laptop = Laptop::new();
    let proxy = laptop.proxy();
    let empty = "<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>";
    proxy.fault(When::Action("GetCallerIdentity"), Fault::Answer(200, empty));
    laptop.iac(["key", "create"]).fails("aws_answer");
    assert!(laptop.aws().changes().is_empty());
    insta::assert_snapshot!(laptop.iac(["key", "create", "--output", "text"]).transcript(), @"
    $ iac key create --output text
    ! error: GetCallerIdentity failed
    ! caused by: the answer names no account
    ! hint: check `endpoint_url`, and any proxy between this machine and AWS
    (exit status: 1)
    ");
}

#[test]
fn an_answer_that_never_comes() {
    let mut laptop = Laptop::new();
    laptop.set("BKY_IAC_CALL_TIMEOUT", "2s");
    let proxy = laptop.proxy();
    proxy.fault(When::Action("DescribeKeyPairs"), Fault::Stall);
    insta::assert_snapshot!(laptop.iac(LIST).fails("aws_timeout").transcript(), @r#"
    $ iac key list
    {
      "error": {
        "code": "aws_timeout",
        "message": "DescribeKeyPairs failed",
        "causes": [
          "no answer in time"
        ],
        "hints": [
          "run the command again; it goes on where it stopped"
        ],
        "aws": {
          "code": null,
          "request_id": null
        }
      },
      "made": []
    }
    ! error: DescribeKeyPairs failed
    ! caused by: no answer in time
    ! hint: run the command again; it goes on where it stopped
    (exit status: 1)
    "#);
}

#[test]
fn an_answer_that_stops_halfway() {
    let mut laptop = Laptop::new();
    // A sixth of it is what an attempt that is answered may take.
    laptop.set("BKY_IAC_CALL_TIMEOUT", "30s");
    let proxy = laptop.proxy();
    proxy.fault(When::First("DescribeKeyPairs"), Fault::StallHalfway);
    laptop.iac(LIST).ok();
    laptop.set("BKY_IAC_CALL_TIMEOUT", "2s");
    proxy.fault(When::Action("DescribeKeyPairs"), Fault::StallHalfway);
    laptop.iac(LIST).fails("aws_timeout");
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    for fault in [Fault::DropBefore, Fault::DropAfter, Fault::HalfAnswer, Fault::StallAfter] {
        let mut laptop = Laptop::new();
        laptop.set("BKY_IAC_CALL_TIMEOUT", "30s");
        let proxy = laptop.proxy();
        proxy.fault(When::First("ImportKeyPair"), fault);
        laptop.iac(["key", "create"]).ok();
        assert_eq!(laptop.aws().key_pairs().len(), 1);
        assert!(laptop.secrets().join("nitro-dev.pem").is_file());
    }
}

#[test]
fn a_machine_without_means_to_work_is_told_apart_from_aws() {
    let laptop = Laptop::new();
    laptop.iac_after("ulimit -n 4", LIST).fails("internal");
    insta::assert_snapshot!(laptop.iac_after("ulimit -n 4", ["key", "list", "--output", "text"]).transcript(), @"
    $ iac key list --output text
    ! error: cannot start the runtime
    ! caused by: Too many open files (os error 24)
    (exit status: 70)
    ");
}
